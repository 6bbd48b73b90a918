// SPDX-License-Identifier: MIT
extern "C" {
#include "hash.h"
#include "index.h"
#include "layout.h"
}
#include "catch.hpp"

#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace {

// Something of everything.
void declare_sample(tree &t) {
  uint32_t a = 0, b = 0;
  int64_t shape[] = {3, 4}, none[] = {0, 5};
  double value = 2.5;
  tree_value attribute = {"<f8", 0, nullptr, &value, sizeof value};
  REQUIRE(cshm__tree_array(&t, "b/b1", "<f8", 2, shape, CSHM_ORDER_C, &a, nullptr) == CSHM_OK);
  REQUIRE(cshm__tree_array(&t, "a", "<i4", 0, nullptr, CSHM_ORDER_C, &b, nullptr) == CSHM_OK);
  REQUIRE(cshm__tree_array(&t, "b/b2", "[[\"x\",\"<f8\"],[\"y\",\">i2\"]]", 2, shape, CSHM_ORDER_FORTRAN, &b,
                           nullptr) == CSHM_OK);
  REQUIRE(cshm__tree_array(&t, "empty", "|u1", 2, none, CSHM_ORDER_C, &b, nullptr) == CSHM_OK);
  REQUIRE(cshm__tree_alias(&t, "b/c/again", a, nullptr) == CSHM_OK);
  REQUIRE(cshm__tree_attribute(&t, "b/b1", "scale", &attribute, nullptr) == CSHM_OK);
  REQUIRE(cshm__tree_attribute(&t, "", "version", &attribute, nullptr) == CSHM_OK);
  REQUIRE(cshm__tree_note(&t, CSHM_NOTE_SKIPPED, "x", "why", nullptr) == CSHM_OK);
}

// A segment in ordinary memory, laid out from a tree.
struct Segment {
  std::vector<uint64_t> words; // aligned bytes
  layout made{};

  explicit Segment(const std::function<void(tree &)> &declare = declare_sample) {
    tree t{};
    REQUIRE(cshm__tree_init(&t, nullptr) == CSHM_OK);
    declare(t);
    layout_identity identity = {"p", "/tmp/store", "cute-shm.", 77, 88, CSHM_OWNER, 0};
    REQUIRE(cshm__layout_make(&t, &identity, &made, nullptr) == CSHM_OK);
    cshm__tree_free(&t);
    words.resize(made.segment_size / 8);
    memcpy(words.data(), made.head, made.head_size);
    free(made.head);
  }
  unsigned char *bytes() { return reinterpret_cast<unsigned char *>(words.data()); }
  format_header *header() { return reinterpret_cast<format_header *>(words.data()); }
  uint64_t size() const { return words.size() * 8; }
  cshm_status open(struct index *x, cshm_error *err = nullptr) {
    return cshm__index_open(words.data(), size(), "seg", x, err);
  }
  // Makes the checksums right again, as someone hostile would.
  void seal() {
    header()->index_checksum = cshm__hash_bytes(bytes() + header()->index_offset, header()->index_size);
    header()->header_checksum = cshm__hash_bytes(bytes(), offsetof(format_header, header_checksum));
  }
};

std::string path_of(const struct index &x, uint32_t node) { return x.strings + x.nodes[node].path; }

} // namespace

TEST_CASE("what was declared is found again, in tree order", "[index][layout]") {
  Segment segment;
  struct index x;
  REQUIRE(segment.open(&x) == CSHM_OK);
  std::vector<std::string> paths;
  for (uint32_t i = 0; i < x.node_count; i++)
    paths.push_back(path_of(x, i));
  CHECK(paths == std::vector<std::string>{"", "b", "b/b1", "b/b2", "b/c", "b/c/again", "a", "empty"});
  CHECK(x.nodes[0].end == 8);
  CHECK(x.nodes[1].end == 6);
  CHECK(x.nodes[4].end == 6);
  for (uint32_t i = 0; i < x.node_count; i++)
    CHECK(cshm__index_find(&x, paths[i].c_str()) == i);
  CHECK(cshm__index_find(&x, "/b/b1") == 2);
  CHECK(cshm__index_find(&x, "b/b9") == FORMAT_NONE);
  CHECK(x.nodes[5].array == x.nodes[2].array);
  CHECK(x.nodes[5].attribute_count == 1);
  CHECK(x.nodes[0].attribute_count == 1);
  CHECK(x.array_count == 4);
  CHECK(std::string(x.header->project) == "p");
  CHECK(x.header->state == FORMAT_FILLED);
}

TEST_CASE("data is aligned, ascending, and inside the segment", "[index][layout]") {
  Segment segment;
  struct index x;
  REQUIRE(segment.open(&x) == CSHM_OK);
  uint64_t end = x.header->data_offset;
  for (uint32_t i = 0; i < x.array_count; i++) {
    CHECK(x.arrays[i].offset % FORMAT_DATA_ALIGN == 0);
    CHECK(x.arrays[i].offset >= end);
    end = x.arrays[i].offset + x.arrays[i].nbytes;
  }
  CHECK(end <= segment.size());
  CHECK(x.header->control_offset % FORMAT_PAGE == 0);
}

TEST_CASE("a foreign, newer, truncated or damaged segment is told apart in words", "[index]") {
  Segment segment;
  struct index x;
  cshm_error err = CSHM_ERROR_INIT;
  SECTION("wrong magic") {
    segment.bytes()[0] = 'X';
    CHECK(segment.open(&x, &err) == CSHM_ERR_CORRUPT);
    CHECK(std::string(err.message).find("segment seg has a wrong magic number") == 0);
  }
  SECTION("newer version") {
    segment.header()->major = 2;
    CHECK(segment.open(&x, &err) == CSHM_ERR_VERSION);
    CHECK(std::string(err.message).find("written by a newer cute-shm") != std::string::npos);
  }
  SECTION("a newer minor version is read") {
    segment.header()->minor = 9;
    segment.seal();
    CHECK(segment.open(&x, &err) == CSHM_OK);
  }
  SECTION("truncated") {
    CHECK(cshm__index_open(segment.bytes(), segment.size() - 1, "seg", &x, &err) == CSHM_ERR_CORRUPT);
    CHECK(std::string(err.message).find("segment seg is truncated: it should have") == 0);
    CHECK(cshm__index_open(segment.bytes(), 100, "seg", &x, &err) == CSHM_ERR_CORRUPT);
    CHECK(cshm__index_open(segment.bytes(), 0, "seg", &x, &err) == CSHM_ERR_CORRUPT);
  }
  SECTION("damaged index") {
    segment.bytes()[FORMAT_PAGE + 300]++;
    CHECK(segment.open(&x, &err) == CSHM_ERR_CORRUPT);
    CHECK(std::string(err.message).find("its index's checksum is wrong") != std::string::npos);
  }
}

TEST_CASE("a project's name longer than names are is damage, since there is no room for it elsewhere", "[index]") {
  Segment segment;
  struct index x;
  memset(segment.header()->project, 'p', CSHM_MAX_PROJECT_NAME);
  segment.seal();
  CHECK(segment.open(&x) == CSHM_OK);
  segment.header()->project[CSHM_MAX_PROJECT_NAME] = 'p';
  segment.seal();
  CHECK(segment.open(&x) == CSHM_ERR_CORRUPT);
}

TEST_CASE("the state may change without breaking the header's checksum", "[index]") {
  Segment segment;
  struct index x;
  segment.header()->state = FORMAT_RETIRED;
  CHECK(segment.open(&x) == CSHM_OK);
}

// Every byte of header and index, set to values that tend to hurt, with the checksums made right: what a hostile writer
// can do. AddressSanitizer watches; an index that is accepted must be usable in full.
TEST_CASE("no single changed byte makes an index unsafe, even with right checksums", "[index]") {
  Segment original;
  uint64_t end = original.header()->index_offset + original.header()->index_size;
  std::vector<uint64_t> kept = original.words;
  int accepted = 0, refused = 0;
  for (uint64_t at = 8; at < end; at++) {
    if (at >= 600 && at < FORMAT_PAGE - 80) continue; // unused bytes of the header's strings
    for (unsigned value : {0x00u, 0x01u, 0x7Fu, 0x80u, 0xFFu}) {
      original.words = kept;
      if (original.bytes()[at] == value) continue;
      original.bytes()[at] = (unsigned char)value;
      if (at < offsetof(format_header, index_checksum) || at >= FORMAT_PAGE ||
          at > offsetof(format_header, index_checksum) + 8)
        if (original.header()->index_offset == FORMAT_PAGE &&
            original.header()->index_size <= original.size() - FORMAT_PAGE)
          original.seal();
      struct index x;
      if (original.open(&x) != CSHM_OK) {
        refused++;
        continue;
      }
      accepted++;
      uint64_t sum = 0;
      for (uint32_t i = 0; i < x.node_count; i++) {
        sum += cshm__index_find(&x, (x.strings + x.nodes[i].path));
        if (x.nodes[i].array == FORMAT_NONE) continue;
        const format_array &array = x.arrays[x.nodes[i].array];
        for (uint64_t b = 0; b < array.nbytes; b++)
          sum += x.base[array.offset + b];
        sum += strlen(x.strings + x.dtypes[array.dtype].text);
      }
      for (uint32_t i = 0; i < x.attribute_count; i++)
        for (uint64_t b = 0; b < x.attributes[i].nbytes; b++)
          sum += x.blobs[x.attributes[i].value + b];
      for (uint32_t i = 0; i < x.note_count; i++)
        sum += strlen(x.strings + x.notes[i].text);
      REQUIRE(sum + 1 > 0);
    }
  }
  CHECK(refused > 1000);
  CHECK(accepted > 0); // letters of names, values of attributes
}

// Each of these changes to a segment, one at a time, is found once the checksums are right again.
static void check_lies(Segment &segment, const std::vector<std::function<void()>> &lies) {
  std::vector<uint64_t> kept = segment.words;
  for (size_t i = 0; i < lies.size(); i++) {
    INFO(i);
    memcpy(segment.words.data(), kept.data(), kept.size() * 8); // in place: there are pointers into it
    lies[i]();
    segment.seal();
    struct index lied;
    CHECK(segment.open(&lied) == CSHM_ERR_CORRUPT);
  }
}

TEST_CASE("a tree that loops, overlaps or lies about its parents is refused", "[index]") {
  Segment segment;
  struct index x;
  REQUIRE(segment.open(&x) == CSHM_OK);
  auto nodes = const_cast<format_node *>(x.nodes);
  auto arrays = const_cast<format_array *>(x.arrays);
  auto slots = const_cast<uint32_t *>(x.slots);
  check_lies(segment,
             {[&] { nodes[1].parent = 4; }, [&] { nodes[1].end = 1; }, [&] { nodes[1].end = 7; },
              [&] { nodes[0].end = 7; }, [&] { nodes[2].array = 99; }, [&] { nodes[2].kind = 3; },
              [&] { nodes[1].kind = CSHM_ARRAY; }, [&] { nodes[3].path = nodes[2].path + 1; },
              [&] { nodes[2].name_start = 0; }, [&] { nodes[6].attribute_first = 3; }, [&] { arrays[0].ndim = 65; },
              [&] { arrays[0].offset += 1; }, [&] { arrays[1].offset = arrays[0].offset; },
              [&] { arrays[0].nbytes += 8; }, [&] { arrays[0].order = 1; }, [&] { arrays[0].dtype = 50; },
              [&] {
                for (uint32_t i = 0; i <= x.slot_mask; i++)
                  slots[i] = 1;
              },
              [&] { slots[0] = 1000; }});
}

// Arrays of 2 x 3 doubles, as many as there are names.
static Segment alike(const std::vector<std::string> &names) {
  return Segment([&](tree &t) {
    const int64_t shape[] = {2, 3};
    uint32_t number = 0;
    for (const std::string &name : names)
      REQUIRE(cshm__tree_array(&t, name.c_str(), "<f8", 2, shape, CSHM_ORDER_C, &number, nullptr) == CSHM_OK);
  });
}

TEST_CASE("neighbours of one shape share its extents, and none may use that to lie", "[index][layout]") {
  Segment segment = alike({"a", "b", "c"});
  struct index x;
  REQUIRE(segment.open(&x) == CSHM_OK);
  CHECK(x.extent_count == 4);
  CHECK(x.arrays[2].extents == x.arrays[0].extents);
  auto arrays = const_cast<format_array *>(x.arrays);
  check_lies(segment, {[&] { arrays[1].ndim = 1; }, [&] { arrays[1].nbytes = 40; },
                       [&] { arrays[1].order = CSHM_ORDER_FORTRAN; }, [&] { arrays[1].dtype = 1; },
                       [&] { arrays[1].extents = 1; }, [&] { arrays[1].node = arrays[0].node; },
                       [&] { arrays[2].offset = arrays[1].offset; }});
}

TEST_CASE("shapes that differ in lengths, rank or order have extents of their own", "[index][layout]") {
  Segment segment([](tree &t) {
    const int64_t shape[] = {2, 3, 1}, other[] = {3, 2};
    uint32_t number = 0;
    REQUIRE(cshm__tree_array(&t, "a", "<f8", 2, shape, CSHM_ORDER_C, &number, nullptr) == CSHM_OK);
    REQUIRE(cshm__tree_array(&t, "b", "<f8", 2, shape, CSHM_ORDER_FORTRAN, &number, nullptr) == CSHM_OK);
    REQUIRE(cshm__tree_array(&t, "c", "<f8", 2, other, CSHM_ORDER_FORTRAN, &number, nullptr) == CSHM_OK);
    REQUIRE(cshm__tree_array(&t, "d", "<f4", 2, other, CSHM_ORDER_FORTRAN, &number, nullptr) == CSHM_OK);
    REQUIRE(cshm__tree_array(&t, "e", "<f4", 3, shape, CSHM_ORDER_C, &number, nullptr) == CSHM_OK);
  });
  struct index x;
  REQUIRE(segment.open(&x) == CSHM_OK);
  CHECK(x.extent_count == 4 * 4 + 6);
}

// Names are looked through eight bytes at a time: each length, and each byte of it.
TEST_CASE("a name that holds a slash or a NUL is refused wherever it has it", "[index]") {
  for (size_t length = 1; length <= 20; length++) {
    Segment segment = alike({"g/" + std::string(length, 'n')});
    struct index x;
    REQUIRE(segment.open(&x) == CSHM_OK);
    char *name = const_cast<char *>(x.strings) + x.nodes[2].path + x.nodes[2].name_start;
    for (size_t at = 0; at < length; at++)
      for (char evil : {'/', '\0'}) {
        INFO(length << " " << at << " " << int(evil));
        name[at] = evil;
        segment.seal();
        struct index lied;
        CHECK(segment.open(&lied) == CSHM_ERR_CORRUPT);
        name[at] = 'n';
      }
    name[length] = 'n'; // runs on into what follows
    segment.seal();
    struct index lied;
    CHECK(segment.open(&lied) == CSHM_ERR_CORRUPT);
  }
}
