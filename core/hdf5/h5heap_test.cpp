// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5heap.h"
}
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

std::string number(uint64_t value, size_t size) {
  std::string text;
  for (size_t i = 0; i < size; i++)
    text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string object(unsigned index, const std::string &data) {
  std::string text = number(index, 2) + number(1, 2) + number(0, 4) + number(data.size(), 8) + data;
  return text + std::string((8 - data.size() % 8) % 8, '\0');
}

std::string collection(const std::string &objects) {
  return "GCOL" + number(1, 4) + number(16 + objects.size(), 8) + objects;
}

// A heap in a file that holds these bytes behind a user block of 512.
struct Heap : h5heap {
  explicit Heap(const std::string &bytes) : file(std::tmpfile()) {
    std::string whole = std::string(512, 'u') + bytes;
    REQUIRE(pwrite(fileno(file), whole.data(), whole.size(), 0) == static_cast<ssize_t>(whole.size()));
    REQUIRE(cshm__h5_heap_begin(this, fileno(file), 512, whole.size(), 8, 8) == CSHM_OK);
  }
  Heap(const Heap &) = delete;
  Heap &operator=(const Heap &) = delete;
  ~Heap() {
    cshm__h5_heap_end(this);
    std::fclose(file);
  }
  // What is at a place; "- " and the reason where nothing is.
  std::string get(uint64_t address, uint64_t index) {
    const std::string place = number(address, 8) + number(index, 4);
    h5reason reason{};
    h5object found{};
    if (!cshm__h5_heap_find(this, reinterpret_cast<const unsigned char *>(place.data()), &found, &reason))
      return std::string("- ") + reason.text;
    std::string data(found.nbytes, '\0');
    if (!cshm__h5_heap_read(this, &found, 0, data.size(), data.data(), &reason)) return std::string("- ") + reason.text;
    return data;
  }
  std::FILE *file;
};

} // namespace

TEST_CASE("objects are found by their index, whatever their order, in any of the collections", "[h5heap]") {
  const std::string first = collection(object(7, "seven") + object(1, "one") + object(2, "")), gap(24, 'x');
  Heap heap(gap + first + collection(object(1, "other")));
  for (int round = 0; round < 2; round++) {
    CHECK(heap.get(24, 1) == "one");
    CHECK(heap.get(24, 7) == "seven");
    CHECK(heap.get(24, 2).empty());
    CHECK(heap.get(24 + first.size(), 1) == "other");
    CHECK(heap.get(24 + first.size(), 7) ==
          "- it is damaged: the heap at byte " + std::to_string(24 + first.size()) + " has no object 7");
  }
}

TEST_CASE("no address is no object", "[h5heap]") {
  Heap heap(collection(object(1, "one")));
  CHECK(heap.get(0, 1).empty());
  CHECK(heap.get(UINT64_MAX, 1).empty());
}

TEST_CASE("an object larger than what is kept in memory is read piece by piece", "[h5heap]") {
  std::string large(3 << 20, 'a');
  large[1 << 20] = 'b';
  Heap heap(std::string(8, 'x') + collection(object(1, large) + object(2, "behind")));
  CHECK(heap.get(8, 1) == large);
  CHECK(heap.get(8, 2) == "behind");
  const std::string place = number(8, 8) + number(1, 4);
  h5reason reason{};
  h5object found{};
  char byte = 0;
  REQUIRE(cshm__h5_heap_find(&heap, reinterpret_cast<const unsigned char *>(place.data()), &found, &reason));
  CHECK(cshm__h5_heap_read(&heap, &found, 1 << 20, 1, &byte, &reason));
  CHECK(byte == 'b');
  CHECK_FALSE(cshm__h5_heap_read(&heap, &found, found.nbytes, 1, &byte, &reason));
  CHECK_FALSE(cshm__h5_heap_read(&heap, &found, UINT64_MAX, 2, &byte, &reason));
}

TEST_CASE("a heap that lies about its sizes gives errors only", "[h5heap]") {
  const std::string objects = object(1, "one") + object(2, "two");
  auto with = [&](size_t at, const std::string &bytes) {
    std::string changed = std::string(8, 'x') + collection(objects);
    changed.replace(8 + at, bytes.size(), bytes);
    return Heap(changed).get(8, 2).substr(0, 2) == "- ";
  };
  CHECK_FALSE(with(0, "GCOL"));
  CHECK(with(0, "GCOX"));
  CHECK(with(4, "\2"));                      // version
  CHECK(with(8, number(15, 8)));             // of the whole: less than its own header
  CHECK(with(8, number(1000, 8)));           // more than the file
  CHECK(with(8, number(UINT64_MAX - 7, 8))); // an overflow
  CHECK(with(24, number(1000, 8)));          // of the first object: more than the collection
  CHECK(with(24, number(UINT64_MAX - 15, 8)));
  CHECK(with(16, number(0, 2)));  // free from the first object on
  CHECK(with(40, number(77, 2))); // the second is another one
  CHECK(with(48, number(1000, 8)));
}

TEST_CASE("a file that ends before its objects is an error", "[h5heap]") {
  Heap heap(std::string(8, 'x') + collection(object(1, std::string(2 << 20, 'a'))));
  CHECK(heap.get(8, 1).size() == 2 << 20);
  REQUIRE(ftruncate(fileno(heap.file), 1 << 20) == 0);
  CHECK(heap.get(8, 1).find("- it cannot be read: the file ends before byte ") == 0);
}

TEST_CASE("numbers are little-endian, and all ones is none", "[h5heap]") {
  const unsigned char bytes[] = {0x34, 0x12, 0xFF, 0xFF};
  CHECK(cshm__h5_heap_number(bytes, 2) == 0x1234);
  CHECK(cshm__h5_heap_number(bytes, 4) == 0xFFFF1234);
  CHECK(cshm__h5_heap_number(bytes + 2, 2) == 0);
}
