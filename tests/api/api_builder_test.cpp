// Builders: declaring, filling, publishing, giving up.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

#include <random>
#include <unistd.h>

using namespace api;

namespace {

cshm_status declare(cshm_builder builder, const char *path, const char *dtype, std::vector<int64_t> shape, Error &err,
                    uint32_t order = CSHM_ORDER_C) {
  return cshm_builder_array(builder, path, dtype, static_cast<uint32_t>(shape.size()), shape.data(), order, nullptr,
                            err);
}

} // namespace

TEST_CASE("until publish nobody sees anything, and an aborted builder leaves nothing") {
  Store store;
  const std::string project = unique_name("abort");
  Error err;
  cshm_builder handle{0};
  REQUIRE_OK(cshm_builder_open(store, project.c_str(), nullptr, &handle, err), err);
  REQUIRE_OK(declare(handle, "a", "<f8", {1000}, err), err);
  REQUIRE_OK(cshm_builder_allocate(handle, err), err);
  REQUIRE(segments_of(project).empty());
  REQUIRE(store.names().empty());
  REQUIRE_OK(cshm_builder_abort(handle, err), err);
  REQUIRE(segments_of(project).empty());
  REQUIRE_STATUS(cshm_builder_abort(handle, err), err, CSHM_ERR_STALE_HANDLE);
}

TEST_CASE("publish gives an attachment when asked, and ends the builder") {
  Store store;
  const std::string project = unique_name("publish");
  Builder builder(store, project);
  builder.array("a", "<f8", {6}).allocate().write(0, ramp(6));
  Error err;
  Attachment attachment;
  REQUIRE_OK(cshm_builder_publish(builder, attachment.out(), err), err);
  REQUIRE(values_at(attachment, "a") == ramp(6));
  REQUIRE(describe(attachment).mode == CSHM_READ_ONLY);
  REQUIRE_STATUS(cshm_builder_publish(builder, nullptr, err), err, CSHM_ERR_STALE_HANDLE);
  REQUIRE_STATUS(cshm_builder_group(builder, "g", err), err, CSHM_ERR_STALE_HANDLE);
}

TEST_CASE("calls in the wrong order are told") {
  Store store;
  Builder builder(store, unique_name("order"));
  Error err;
  const double number = 1;
  void *data = nullptr;
  REQUIRE_STATUS(cshm_builder_write(builder, 0, 0, &number, 8, err), err, CSHM_ERR_STATE);
  REQUIRE_STATUS(cshm_builder_map(builder, 0, &data, nullptr, err), err, CSHM_ERR_STATE);
  REQUIRE_STATUS(cshm_builder_publish(builder, nullptr, err), err, CSHM_ERR_STATE);
  builder.array("a", "<f8", {1}).allocate();
  REQUIRE_STATUS(cshm_builder_allocate(builder, err), err, CSHM_ERR_STATE);
  REQUIRE_STATUS(cshm_builder_group(builder, "g", err), err, CSHM_ERR_STATE);
  REQUIRE_STATUS(declare(builder, "b", "<f8", {1}, err), err, CSHM_ERR_STATE);
  REQUIRE_STATUS(cshm_builder_alias(builder, "b", 0, err), err, CSHM_ERR_STATE);
  REQUIRE_STATUS(cshm_builder_attribute(builder, "a", "n", "<f8", 0, nullptr, &number, 8, err), err, CSHM_ERR_STATE);
  REQUIRE_STATUS(cshm_builder_note(builder, CSHM_NOTE_ORIGIN, "k", "t", err), err, CSHM_ERR_STATE);
}

TEST_CASE("a path that is taken is refused, a group may be declared again") {
  Store store;
  Builder builder(store, unique_name("taken"));
  builder.array("a", "<f8", {1}).array("g/b", "<f8", {1}).group("g").group("g").group("").group("/g/h");
  Error err;
  REQUIRE_STATUS(declare(builder, "a", "<f8", {1}, err), err, CSHM_ERR_EXISTS);
  require_words(err, {"a"});
  REQUIRE_STATUS(declare(builder, "g", "<f8", {1}, err), err, CSHM_ERR_EXISTS);
  REQUIRE_STATUS(declare(builder, "", "<f8", {1}, err), err, CSHM_ERR_BAD_NAME);
  REQUIRE_STATUS(declare(builder, "a/below", "<f8", {1}, err), err, CSHM_ERR_EXISTS);
  REQUIRE_STATUS(cshm_builder_group(builder, "a", err), err, CSHM_ERR_EXISTS);
  REQUIRE_STATUS(cshm_builder_group(builder, "g/b/c", err), err, CSHM_ERR_EXISTS);
  require_words(err, {"g/b"});
  REQUIRE_STATUS(cshm_builder_alias(builder, "g/b", 0, err), err, CSHM_ERR_EXISTS);
}

TEST_CASE("a node's name that is not allowed is refused") {
  Store store;
  Builder builder(store, unique_name("names"));
  const std::string overlong(1025, 'n');
  for (const std::string &path :
       {std::string("."), std::string("a/./b"), std::string("a//b"), std::string("a/"), std::string("//a"),
        std::string("\xff"), std::string("a/caf\xc3"), overlong, "g/" + overlong}) {
    CAPTURE(path);
    Error err;
    REQUIRE_STATUS(declare(builder, path.c_str(), "<f8", {1}, err), err, CSHM_ERR_BAD_NAME);
    REQUIRE_STATUS(cshm_builder_group(builder, path.c_str(), err), err, CSHM_ERR_BAD_NAME);
  }
  Error err;
  REQUIRE_OK(declare(builder, std::string(1024, 'n').c_str(), "<f8", {1}, err), err);
}

TEST_CASE("a path of the greatest length is kept whole, a longer one is refused") {
  Store store;
  const std::string project = unique_name("depth");
  std::string path(CSHM_MAX_PATH, 'p');
  for (size_t i = 1000; i < path.size(); i += 1000)
    path[i] = '/';
  Builder builder(store, project);
  Error err;
  REQUIRE_OK(declare(builder, path.c_str(), "|u1", {1}, err), err);
  REQUIRE_STATUS(declare(builder, ("q" + path).c_str(), "|u1", {1}, err), err, CSHM_ERR_BAD_NAME);
  builder.allocate().publish();
  Attachment attachment;
  attach(store, project, attachment);
  Array array;
  open_array(attachment, path, array);
  REQUIRE(describe(array).path == path);
}

TEST_CASE("a shape or order that cannot be is refused") {
  Store store;
  Builder builder(store, unique_name("shape"));
  Error err;
  REQUIRE_STATUS(declare(builder, "a", "<f8", {-1}, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(declare(builder, "a", "<f8", {2, INT64_MIN}, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(declare(builder, "a", "<f8", {1}, err, 2), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(declare(builder, "a", "<f8", std::vector<int64_t>(65, 1), err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_builder_array(builder, "a", "<f8", 1, nullptr, CSHM_ORDER_C, nullptr, err), err,
                 CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(declare(builder, "a", "<f8", {INT64_C(1) << 60}, err), err, CSHM_ERR_LIMIT);
  REQUIRE_STATUS(declare(builder, "a", "<f8", {INT64_C(1) << 40, INT64_C(1) << 40}, err), err, CSHM_ERR_LIMIT);
  REQUIRE_STATUS(declare(builder, "a", "<f8", {INT64_MAX, INT64_MAX, 0}, err), err, CSHM_ERR_LIMIT);
  // None of these took the path.
  REQUIRE_OK(declare(builder, "a", "<f8", {0}, err), err);
  REQUIRE_OK(cshm_builder_array(builder, "scalar", "<f8", 0, nullptr, CSHM_ORDER_C, nullptr, err), err);
}

TEST_CASE("an array numbers itself as declared, aliases do not count") {
  Store store;
  Builder builder(store, unique_name("numbers"));
  Error err;
  uint32_t number = 99;
  const int64_t shape = 1;
  for (uint32_t wanted = 0; wanted < 3; wanted++) {
    const std::string path = "a" + std::to_string(wanted);
    REQUIRE_OK(cshm_builder_array(builder, path.c_str(), "<f8", 1, &shape, CSHM_ORDER_C, &number, err), err);
    REQUIRE(number == wanted);
    REQUIRE_OK(cshm_builder_alias(builder, ("alias/" + path).c_str(), number, err), err);
  }
  REQUIRE_STATUS(cshm_builder_alias(builder, "none", 3, err), err, CSHM_ERR_NOT_FOUND);
}

TEST_CASE("an alias is a second name of one copy, attributes included") {
  Store store;
  const std::string project = unique_name("alias");
  {
    Builder builder(store, project);
    builder.array("a", "<f8", {6}).attribute("a", "scale", 0.5);
    Error err;
    REQUIRE_OK(cshm_builder_alias(builder, "other/a", 0, err), err);
    builder.allocate().write(0, ramp(6)).publish();
  }
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(describe(attachment).array_count == 1);
  REQUIRE(describe(attachment).node_count == 4);
  Array first, second;
  open_array(attachment, "a", first);
  open_array(attachment, "other/a", second);
  REQUIRE(describe(first).data == describe(second).data);
  REQUIRE(std::string(describe(second).path) == "other/a");
  Error err;
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  REQUIRE_OK(cshm_attribute_find(attachment, describe(second).node, "scale", &attribute, err), err);
  REQUIRE(*static_cast<const double *>(attribute.data) == 0.5);
}

TEST_CASE("an attribute that cannot be is refused") {
  Store store;
  Builder builder(store, unique_name("attributes"));
  builder.array("a", "<f8", {1}).attribute("a", "there", 1);
  Error err;
  const double number = 1;
  const auto add = [&](const char *path, const char *name, const char *dtype, uint64_t nbytes) {
    return cshm_builder_attribute(builder, path, name, dtype, 0, nullptr, &number, nbytes, err);
  };
  REQUIRE_STATUS(add("nowhere", "n", "<f8", 8), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {"nowhere"});
  REQUIRE_STATUS(add("a", "there", "<f8", 8), err, CSHM_ERR_EXISTS);
  require_words(err, {"there"});
  REQUIRE_STATUS(add("a", "n", "<f9", 8), err, CSHM_ERR_BAD_TYPE);
  REQUIRE_STATUS(add("a", "\xff", "<f8", 8), err, CSHM_ERR_BAD_NAME);
  REQUIRE_STATUS(add("a", std::string(65536, 'n').c_str(), "<f8", 8), err, CSHM_ERR_BAD_NAME);
  REQUIRE_STATUS(add("a", "n", "<f8", 7), err, CSHM_ERR_INVALID_ARGUMENT);
  require_words(err, {"8", "7"});
  REQUIRE_OK(add("a", std::string(65535, 'n').c_str(), "<f8", 8), err);
  REQUIRE_OK(add("a", "", "<f8", 8), err);
}

TEST_CASE("a write outside the array is refused and changes nothing") {
  Store store;
  const std::string project = unique_name("outside");
  Builder builder(store, project);
  builder.array("a", "<f8", {4}).array("b", "<f8", {4}).allocate();
  Error err;
  const std::vector<double> ones(8, 1.0);
  REQUIRE_STATUS(cshm_builder_write(builder, 0, 0, ones.data(), 33, err), err, CSHM_ERR_INVALID_ARGUMENT);
  require_words(err, {"a", "33", "32"});
  REQUIRE_STATUS(cshm_builder_write(builder, 0, 32, ones.data(), 1, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_builder_write(builder, 0, UINT64_MAX, ones.data(), 2, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_builder_write(builder, 0, 8, ones.data(), UINT64_MAX, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_builder_write(builder, 2, 0, ones.data(), 8, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE_OK(cshm_builder_write(builder, 0, 32, ones.data(), 0, err), err);
  builder.publish();
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == std::vector<double>(4, 0.0));
  REQUIRE(values_at(attachment, "b") == std::vector<double>(4, 0.0));
}

TEST_CASE("pieces and places in memory are the same bytes") {
  Store store;
  const std::string project = unique_name("fill");
  Builder builder(store, project);
  // One of more than 64 KiB, which begins on a page of its own.
  builder.array("small", "<f8", {100}).array("large", "<f8", {20000}).array("none", "<f8", {0}).allocate();
  Error err;
  void *data = nullptr;
  uint64_t nbytes = 0;
  REQUIRE_OK(cshm_builder_map(builder, 1, &data, &nbytes, err), err);
  REQUIRE(nbytes == 160000);
  auto *numbers = static_cast<double *>(data);
  REQUIRE(std::all_of(numbers, numbers + 20000, [](double number) { return number == 0; }));
  std::iota(numbers, numbers + 10000, 0.0);
  const std::vector<double> rest = ramp(10000, 10000);
  REQUIRE_OK(cshm_builder_write(builder, 1, 80000, rest.data(), 80000, err), err);
  REQUIRE(numbers[10000] == 10000);
  int32_t descriptor = -1;
  uint64_t offset = 0;
  REQUIRE_OK(cshm_builder_place(builder, 1, &descriptor, &offset, &nbytes, err), err);
  REQUIRE(nbytes == 160000);
  double read_back = 0;
  REQUIRE(pread(descriptor, &read_back, sizeof read_back, static_cast<off_t>(offset + 80000)) == sizeof read_back);
  REQUIRE(read_back == 10000);
  REQUIRE_STATUS(cshm_builder_place(builder, 3, &descriptor, &offset, nullptr, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE_OK(cshm_builder_map(builder, 2, &data, &nbytes, err), err);
  REQUIRE(data != nullptr);
  REQUIRE(nbytes == 0);
  builder.publish();

  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "small") == std::vector<double>(100, 0.0));
  REQUIRE(values_at(attachment, "large") == ramp(20000));
  Array small, large;
  open_array(attachment, "small", small);
  open_array(attachment, "large", large);
  REQUIRE(describe(small).offset % 64 == 0);
  REQUIRE(describe(large).offset % 4096 == 0);
}

// Small writes are gathered where they lie near one another; several pieces of 1 MiB here, left and met again.
TEST_CASE("small writes in any order and of any size are the same bytes") {
  constexpr uint32_t COUNT = 3000;
  Store store;
  const std::string project = unique_name("small");
  Builder builder(store, project);
  for (uint32_t i = 0; i < COUNT; i++)
    builder.array("a" + std::to_string(i), "|u1", {int64_t{1 + i * 37 % 2100}});
  builder.allocate();
  Error err;
  std::mt19937 random(5);
  std::vector<uint32_t> order(COUNT);
  std::iota(order.begin(), order.end(), 0u);
  // In order, so that pieces are met one by one; then, for the last third, all over the place.
  std::shuffle(order.begin() + COUNT * 2 / 3, order.end(), random);
  for (const uint32_t i : order) {
    const std::vector<uint8_t> bytes(1 + i * 37 % 2100, static_cast<uint8_t>(i % 251 + 1));
    const uint64_t first = random() % (bytes.size() + 1);
    REQUIRE_OK(cshm_builder_write(builder, i, first, bytes.data(), bytes.size() - first, err), err);
    if (random() % 7 == 0) REQUIRE_OK(cshm_builder_write(builder, COUNT - 1 - i, 0, bytes.data(), 0, err), err);
    REQUIRE_OK(cshm_builder_write(builder, i, 0, bytes.data(), first, err), err);
    void *place = nullptr;
    REQUIRE_OK(cshm_builder_map(builder, i, &place, nullptr, err), err);
    if (std::memcmp(place, bytes.data(), bytes.size()) != 0) FAIL("array " << i << " is not what was written");
  }
  builder.publish();
  Attachment attachment;
  attach(store, project, attachment);
  for (uint32_t i = 0; i < COUNT; i++) {
    Array array;
    open_array(attachment, "a" + std::to_string(i), array);
    const cshm_array_view view = describe(array);
    const std::vector<uint8_t> wanted(view.nbytes, static_cast<uint8_t>(i % 251 + 1));
    if (std::memcmp(view.data, wanted.data(), wanted.size()) != 0) FAIL("array " << i << " was changed");
  }
}

TEST_CASE("the manifest is a table of contents that people can read") {
  Store store;
  const std::string project = unique_name("contents");
  share_sample(store, project);
  const std::string text = slurp(store.manifest(project));
  for (const char *word : {project.c_str(), "b1", "<f8", "scale", "level", "empty"}) {
    CAPTURE(word);
    REQUIRE(text.find(word) != std::string::npos);
  }
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(text.find(describe(attachment).segment) != std::string::npos);
}

TEST_CASE("notes tell where a project came from") {
  Store store;
  const std::string project = unique_name("notes");
  Error err;
  {
    cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
    options.producer = "api_builder_test (C++ 17)";
    cshm_builder builder{0};
    REQUIRE_OK(cshm_builder_open(store, project.c_str(), &options, &builder, err), err);
    REQUIRE_OK(cshm_builder_note(builder, CSHM_NOTE_ORIGIN, "source", "the \"lab\"\nsecond line", err), err);
    REQUIRE_OK(cshm_builder_note(builder, CSHM_NOTE_SKIPPED, "a/b", "no such type \xf0\x9f\x98\x80", err), err);
    REQUIRE_OK(cshm_builder_allocate(builder, err), err);
    REQUIRE_OK(cshm_builder_publish(builder, nullptr, err), err);
  }
  Attachment attachment;
  attach(store, project, attachment);
  std::vector<std::string> found;
  const uint32_t count = describe(attachment).note_count;
  for (uint32_t i = 0; i < count; i++) {
    cshm_note note = CSHM_NOTE_INIT;
    REQUIRE_OK(cshm_note_at(attachment, i, &note, err), err);
    found.push_back(std::to_string(note.kind) + " " + note.key + ": " + note.text);
  }
  const auto has = [&](const std::string &text) { return std::count(found.begin(), found.end(), text) == 1; };
  REQUIRE(has("1 producer: api_builder_test (C++ 17)"));
  REQUIRE(has("1 source: the \"lab\"\nsecond line"));
  REQUIRE(has("2 a/b: no such type \xf0\x9f\x98\x80"));
  cshm_note note = CSHM_NOTE_INIT;
  REQUIRE_STATUS(cshm_note_at(attachment, count, &note, err), err, CSHM_ERR_NOT_FOUND);
}

TEST_CASE("options of an older, shorter kind mean the defaults for what they lack") {
  Store store;
  const std::string project = unique_name("shorter");
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.size = offsetof(cshm_builder_options, lifetime);
  options.overwrite = 1;
  options.lifetime = CSHM_OWNER;
  options.producer = "must not be read";
  Error err;
  cshm_builder builder{0};
  REQUIRE_OK(cshm_builder_open(store, project.c_str(), &options, &builder, err), err);
  REQUIRE_OK(cshm_builder_allocate(builder, err), err);
  Attachment attachment;
  REQUIRE_OK(cshm_builder_publish(builder, attachment.out(), err), err);
  REQUIRE(describe(attachment).lifetime == CSHM_PERSISTENT);
  REQUIRE(slurp(store.manifest(project)).find("must not be read") == std::string::npos);
}

TEST_CASE("a project of nothing at all is a project") {
  Store store;
  const std::string project = unique_name("nothing");
  Builder(store, project).allocate().publish();
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(describe(attachment).node_count == 1);
  REQUIRE(describe(attachment).array_count == 0);
}
