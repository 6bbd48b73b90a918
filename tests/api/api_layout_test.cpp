// Layouts through the public API: what they declare and fill, and what hostile texts are answered.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

using namespace api;

namespace {

using Manifest = Owned<cshm_manifest, cshm_manifest_close>;

cshm_status parse(const std::string &text, cshm_manifest_format format, Manifest &manifest, Error &err) {
  return cshm_manifest_parse(text.data(), text.size(), format, "f", manifest.out(), err);
}

void declare(cshm_builder builder, const std::string &yaml) {
  Error err;
  Manifest layout;
  REQUIRE_OK(parse("cute-shm-layout: 1\n" + yaml, CSHM_MANIFEST_YAML, layout, err), err);
  REQUIRE_OK(cshm_builder_layout(builder, layout, err), err);
}

std::string bytes_of(cshm_builder builder, uint32_t array) {
  Error err;
  void *data = nullptr;
  uint64_t nbytes = 0;
  REQUIRE_OK(cshm_builder_map(builder, array, &data, &nbytes, err), err);
  return {static_cast<const char *>(data), nbytes};
}

std::string repeated(const std::string &element, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; i++)
    all += element;
  return all;
}

// A text that is refused, with its place; "" where it is taken.
std::string refused(const std::string &text, cshm_manifest_format format, cshm_status wanted) {
  Error err;
  Manifest manifest;
  const cshm_status status = parse(text, format, manifest, err);
  INFO(text.substr(0, 200) << "\n" << err.message());
  CHECK(std::string(cshm_status_name(status)) == cshm_status_name(wanted));
  const size_t end = err.message().find(": ");
  return err.message().substr(0, end == std::string::npos ? 0 : end);
}

struct Hostile {
  std::string what, yaml, yaml_place, toml, toml_place;
  cshm_status status;
};

// Five lines of a head, and an array in line 7.
std::string yaml_array(const std::string &shape, const std::string &offset) {
  return "cute-shm: 1\nproject: p\ngeneration: 9f0c3a5be1d27788\nsegment: s\nbytes: 16384\narrays:\n"
         "- {path: a, dtype: '<f8', shape: [1], order: C, offset: 8192, bytes: 8}\n"
         "- {path: b, dtype: '<f8', shape: " +
         shape + ", order: C, offset: " + offset + ", bytes: 8}\n";
}
std::string toml_array(const std::string &shape, const std::string &offset) {
  return "cute-shm = 1\nproject = 'p'\ngeneration = '9f0c3a5be1d27788'\nsegment = 's'\nbytes = 16384\narrays = [\n"
         "{path = 'a', dtype = '<f8', shape = [1], order = 'C', offset = 8192, bytes = 8},\n"
         "{path = 'b', dtype = '<f8', shape = " +
         shape + ", order = 'C', offset = " + offset + ", bytes = 8}]\n";
}

const std::string yaml_top = "cute-shm-layout: 1\n", toml_top = "cute-shm-layout = 1\n";

} // namespace

TEST_CASE("a layout's arrays are filled as it says, in whatever pieces", "[api][layout]") {
  Store store;
  Builder builder(store, unique_name("layout"));
  builder.array("before", "|u1", {3});
  declare(builder, "arrays:\n"
                   "- {path: small, dtype: '>u2', shape: [2, 3], fill: 0x0102}\n"
                   "- {path: alias, alias: large}\n"
                   "- {path: large, dtype: [[x, u1], [y, S2]], shape: [100001], fill: [7, ab]}\n"
                   "- {path: none, dtype: f8, shape: [0], fill: 1}\n"
                   "- {path: zero, dtype: f8, shape: [4], fill: 0}\n"
                   "- {path: one, dtype: S300000, shape: [2], fill: x}\n"
                   "- {path: single, dtype: f4, shape: [], fill: -.inf}\n");
  builder.array("after", "|u1", {3}).allocate();
  CHECK(bytes_of(builder, 0) == std::string(3, '\0'));
  CHECK(bytes_of(builder, 1) == repeated("\1\2", 6));
  CHECK(bytes_of(builder, 2) == repeated("\7ab", 100001));
  CHECK(bytes_of(builder, 3).empty());
  CHECK(bytes_of(builder, 4) == std::string(32, '\0'));
  CHECK(bytes_of(builder, 5) == repeated("x" + std::string(299999, '\0'), 2));
  CHECK(bytes_of(builder, 6) == std::string("\0\0\x80\xFF", 4));
  CHECK(bytes_of(builder, 7) == std::string(3, '\0'));
  builder.publish();
}

TEST_CASE("a layout is declared once more under no path that is taken", "[api][layout]") {
  Store store;
  Error err;
  Manifest layout;
  Builder builder(store, unique_name("layout"));
  REQUIRE_OK(parse(yaml_top + "arrays: [{path: a, dtype: f8, shape: []}]", CSHM_MANIFEST_YAML, layout, err), err);
  REQUIRE_OK(cshm_builder_layout(builder, layout, err), err);
  REQUIRE_STATUS(cshm_builder_layout(builder, layout, err), err, CSHM_ERR_EXISTS);
  require_words(err, {"f:2:17", "\"a\" is an array already"});
}

TEST_CASE("a layout is declared before allocate, by handles that are good", "[api][layout]") {
  Store store;
  Error err;
  Manifest layout;
  Builder builder(store, unique_name("layout"));
  REQUIRE_OK(parse(yaml_top, CSHM_MANIFEST_YAML, layout, err), err);
  builder.allocate();
  REQUIRE_STATUS(cshm_builder_layout(builder, layout, err), err, CSHM_ERR_STATE);
  REQUIRE_STATUS(cshm_builder_layout(cshm_builder{77}, layout, err), err, CSHM_ERR_STALE_HANDLE);
  const cshm_manifest closed = layout;
  layout.release();
  REQUIRE_STATUS(cshm_builder_layout(builder, closed, err), err, CSHM_ERR_STALE_HANDLE);
}

TEST_CASE("hostile texts are refused where they are wrong, in both syntaxes", "[api][layout]") {
  const std::string deep_yaml = yaml_top + "x: " + std::string(64, '['),
                    deep_toml = toml_top + "x = " + std::string(64, '[');
  const Hostile cases[] = {
      {"a key twice", yaml_top + "arrays: []\narrays: []", "f:3:9", toml_top + "arrays = []\narrays = []", "f:3:10",
       CSHM_ERR_CORRUPT},
      {"a newer version", "cute-shm-layout: 2", "f:1:18", "cute-shm-layout = 2", "f:1:19", CSHM_ERR_VERSION},
      {"a shape that overflows", yaml_array("[4294967296, 4294967296]", "0"), "f:8:34",
       toml_array("[4294967296, 4294967296]", "0"), "f:8:37", CSHM_ERR_LIMIT},
      {"a negative length", yaml_array("[-1]", "0"), "f:8:35", toml_array("[-1]", "0"), "f:8:38", CSHM_ERR_CORRUPT},
      {"a negative offset", yaml_array("[1]", "-8"), "f:8:57", toml_array("[1]", "-8"), "f:8:64", CSHM_ERR_CORRUPT},
      {"arrays that overlap", yaml_array("[1]", "8185"), "f:8:57", toml_array("[1]", "8185"), "f:8:64",
       CSHM_ERR_CORRUPT},
      {"an array outside of the segment", yaml_array("[1]", "16377"), "f:8:57", toml_array("[1]", "16377"), "f:8:64",
       CSHM_ERR_CORRUPT},
      {"a path that is none", yaml_top + "groups: [{path: a//b}]", "f:2:17", toml_top + "groups = [{path = 'a//b'}]",
       "f:2:19", CSHM_ERR_BAD_NAME},
      {"65 levels", deep_yaml + std::string(64, ']'), "f:2:67", deep_toml + std::string(64, ']'), "f:2:68",
       CSHM_ERR_LIMIT},
      {"levels without end", yaml_top + "x: " + std::string(100000, '['), "f:2:67",
       toml_top + "x = " + std::string(100000, '['), "f:2:68", CSHM_ERR_LIMIT},
  };
  for (const Hostile &hostile : cases) {
    INFO(hostile.what);
    CHECK(refused(hostile.yaml, CSHM_MANIFEST_YAML, hostile.status) == hostile.yaml_place);
    CHECK(refused(hostile.toml, CSHM_MANIFEST_TOML, hostile.status) == hostile.toml_place);
  }
}

TEST_CASE("what only YAML has is refused where it is", "[api][layout]") {
  auto place = [](const std::string &text) { return refused(text, CSHM_MANIFEST_YAML, CSHM_ERR_CORRUPT); };
  CHECK(place(yaml_top + "arrays: &a []") == "f:2:9");
  CHECK(place(yaml_top + "arrays: *a") == "f:2:9");
  CHECK(place(yaml_top + "arrays: !!seq []") == "f:2:9");
  CHECK(place(yaml_top + "<<: {arrays: []}") == "f:2:1");
  CHECK(place(yaml_top + "--- 1") == "f:2:1");
  CHECK(place("[1]") == "f:1:1");
  CHECK(place(yaml_top + "arrays: [\n}") == "f:3:1");
}

TEST_CASE("a text is no larger than its limits, in bytes and in values", "[api][layout]") {
  // the root, its two keys' values, and those of the list
  const std::string values = "x: [" + repeated("1,", CSHM_MANIFEST_MAX_NODES - 3);
  const std::string toml_values = "x = [" + repeated("1,", CSHM_MANIFEST_MAX_NODES - 3);
  CHECK(refused(yaml_top + values + "1]", CSHM_MANIFEST_YAML, CSHM_ERR_LIMIT) ==
        "f:2:" + std::to_string(values.size() + 1));
  CHECK(refused(toml_top + toml_values + "1]", CSHM_MANIFEST_TOML, CSHM_ERR_LIMIT) ==
        "f:2:" + std::to_string(toml_values.size() + 1));
  const std::string most = "#" + std::string(CSHM_MANIFEST_MAX_SIZE - yaml_top.size() - 2, ' ') + "\n";
  CHECK(refused(yaml_top + most, CSHM_MANIFEST_YAML, CSHM_OK).empty());
  CHECK(refused(toml_top + most.substr(1) + "#", CSHM_MANIFEST_TOML, CSHM_ERR_LIMIT).substr(0, 1) == "f");
  CHECK(refused(yaml_top + most + " ", CSHM_MANIFEST_YAML, CSHM_ERR_LIMIT).substr(0, 1) == "f");
}
