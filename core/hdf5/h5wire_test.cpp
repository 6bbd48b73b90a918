// SPDX-License-Identifier: MIT
extern "C" {
#include "h5wire.h"
}

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstring>
#include <string>

namespace {

// Puts bytes into an inbox, `step` at a time, and opens what is there.
struct Inbox {
  h5inbox inbox{};
  bool bad = false;
  ~Inbox() { cshm__h5_inbox_free(&inbox); }
  bool next(h5letter *letter) { return cshm__h5_inbox_next(&inbox, letter, &bad); }
  size_t add(const void *data, size_t size) {
    size_t room = 0;
    void *at = cshm__h5_inbox_room(&inbox, &room);
    REQUIRE(at != nullptr);
    REQUIRE(room > 0);
    size = std::min(size, room);
    memcpy(at, data, size);
    cshm__h5_inbox_add(&inbox, size);
    return size;
  }
};

} // namespace

TEST_CASE("a message comes out as it was put in, however it is cut on the way", "[h5wire]") {
  const size_t step = static_cast<size_t>(GENERATE(1, 1000));
  const std::string blob(100000, 'x');
  h5wire wire{};
  for (int i = 0; i < 2; i++) {
    cshm__h5_wire_begin(&wire, H5WIRE_NOTE);
    cshm__h5_wire_u32(&wire, 7);
    cshm__h5_wire_u64(&wire, UINT64_MAX - 1);
    cshm__h5_wire_text(&wire, "text");
    cshm__h5_wire_text(&wire, nullptr);
    cshm__h5_wire_text(&wire, "");
    cshm__h5_wire_bytes(&wire, blob.data(), blob.size());
    cshm__h5_wire_end(&wire);
  }
  REQUIRE_FALSE(wire.no_memory);
  Inbox inbox;
  int met = 0;
  for (size_t at = 0; at < wire.used;) {
    at += inbox.add(wire.data + at, std::min(step, wire.used - at));
    h5letter letter{};
    while (inbox.next(&letter)) {
      met++;
      CHECK(letter.kind == H5WIRE_NOTE);
      CHECK(cshm__h5_letter_u32(&letter) == 7);
      CHECK(cshm__h5_letter_u64(&letter) == UINT64_MAX - 1);
      CHECK(std::string(cshm__h5_letter_text(&letter)) == "text");
      CHECK(cshm__h5_letter_text(&letter) == nullptr);
      CHECK(std::string(cshm__h5_letter_text(&letter)).empty());
      CHECK_FALSE(cshm__h5_letter_good(&letter)); // there is more
      CHECK(memcmp(cshm__h5_letter_bytes(&letter, blob.size()), blob.data(), blob.size()) == 0);
      CHECK(cshm__h5_letter_good(&letter));
    }
    CHECK_FALSE(inbox.bad);
  }
  CHECK(met == 2);
  cshm__h5_wire_free(&wire);
}

TEST_CASE("a length that no message has is told at once", "[h5wire]") {
  const uint32_t size = GENERATE(0U, 7U, H5WIRE_MAX_SIZE + 1, UINT32_MAX);
  const h5wire_head head = {H5WIRE_GROUP, size};
  Inbox inbox;
  h5letter letter{};
  inbox.add(&head, sizeof head);
  CHECK_FALSE(inbox.next(&letter));
  CHECK(inbox.bad);
}

TEST_CASE("what ends too early, or is no text, is bad and reads as nothing", "[h5wire]") {
  const unsigned char bytes[] = {2, 0, 0, 0, 'a', 'b'};
  h5letter letter = {H5WIRE_GROUP, bytes, sizeof bytes, false};
  SECTION("a text without its end") { CHECK(std::string(cshm__h5_letter_text(&letter)).empty()); }
  SECTION("a number that is cut") { CHECK(cshm__h5_letter_u64(&letter) == 0); }
  SECTION("bytes that are not there") { CHECK(cshm__h5_letter_bytes(&letter, UINT64_MAX) == nullptr); }
  CHECK(letter.bad);
  CHECK_FALSE(cshm__h5_letter_good(&letter));
}

TEST_CASE("a message that is too large is not sent", "[h5wire]") {
  h5wire wire{};
  cshm__h5_wire_begin(&wire, H5WIRE_ATTRIBUTE);
  cshm__h5_wire_bytes(&wire, &wire, H5WIRE_MAX_SIZE + 1);
  cshm__h5_wire_end(&wire);
  CHECK(wire.no_memory);
  cshm__h5_wire_free(&wire);
}
