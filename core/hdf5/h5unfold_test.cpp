// SPDX-License-Identifier: MIT
// What HDF5 itself makes of filters is compared in tests/hdf5; here: masks, damage, and memory.
#include <catch2/catch.hpp>

extern "C" {
#include "h5unfold.h"
}
#include <libdeflate.h>
#include <random>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<unsigned char>;

Bytes deflate(const Bytes &bytes) {
  libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
  Bytes packed(libdeflate_zlib_compress_bound(compressor, bytes.size()));
  packed.resize(libdeflate_zlib_compress(compressor, bytes.data(), bytes.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(compressor);
  return packed;
}

Bytes shuffle(const Bytes &bytes, size_t element) {
  size_t count = bytes.size() / element;
  Bytes shuffled(bytes);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < element; k++)
      shuffled[k * count + i] = bytes[i * element + k];
  return shuffled;
}

Bytes some_bytes(size_t size) {
  std::mt19937 random(3);
  Bytes bytes(size);
  for (size_t i = 0; i < size; i++)
    bytes[i] = static_cast<unsigned char>(i % 7 == 0 ? random() : i / 16);
  return bytes;
}

struct Unfold : h5unfold {
  Unfold() : h5unfold{} {}
  Unfold(const Unfold &) = delete;
  Unfold &operator=(const Unfold &) = delete;
  ~Unfold() { cshm__h5_unfold_end(this); }
};

// The bytes, or the reason why there are none.
std::string unfold(const h5pipeline &pipeline, uint32_t mask, Bytes raw, size_t wanted, Bytes &result) {
  Unfold memory;
  h5reason reason;
  const unsigned char *chunk = nullptr;
  if (!cshm__h5_unfold(&memory, &pipeline, mask, raw.data(), raw.size(), wanted, &chunk, &reason)) return reason.text;
  result.assign(chunk, chunk + wanted);
  return "";
}

h5pipeline shuffle_deflate(uint32_t element) {
  h5pipeline pipeline{};
  pipeline.count = 2;
  pipeline.kinds[0] = H5FILTER_SHUFFLE;
  pipeline.kinds[1] = H5FILTER_DEFLATE;
  pipeline.element = element;
  return pipeline;
}

} // namespace

TEST_CASE("shuffle and deflate are undone for elements of any size, as the mask says", "[h5unfold]") {
  Bytes found;
  for (uint32_t element : {1u, 2u, 3u, 4u, 7u, 8u, 16u, 24u})
    for (size_t size : {size_t{1}, size_t{7}, size_t{16}, size_t{1000}, size_t{4099}}) {
      const Bytes bytes = some_bytes(size);
      const h5pipeline both = shuffle_deflate(element);
      CAPTURE(element, size);
      CHECK(unfold(both, 0, deflate(shuffle(bytes, element)), size, found) == "");
      CHECK(found == bytes);
      CHECK(unfold(both, 1, deflate(bytes), size, found) == "");
      CHECK(found == bytes);
      CHECK(unfold(both, 2, shuffle(bytes, element), size, found) == "");
      CHECK(found == bytes);
      CHECK(unfold(both, 3, bytes, size, found) == "");
      CHECK(found == bytes);
    }
}

TEST_CASE("a chunk that is too short, too long or damaged is refused in words", "[h5unfold]") {
  const Bytes bytes = some_bytes(1000);
  const h5pipeline both = shuffle_deflate(8);
  const Bytes packed = deflate(bytes);
  Bytes found;
  CHECK(unfold(both, 3, bytes, 1001, found) == "1000 bytes instead of 1001");
  for (size_t wanted : {size_t{999}, size_t{1001}})
    CHECK(unfold(both, 0, packed, wanted, found) ==
          std::to_string(packed.size()) + " bytes of deflate do not inflate to " + std::to_string(wanted));
  h5pipeline checked{};
  checked.count = 1;
  checked.kinds[0] = H5FILTER_FLETCHER32;
  CHECK(unfold(checked, 0, Bytes(3), 0, found) == "its Fletcher32 checksum is wrong");
  CHECK(unfold(checked, 0, Bytes{1, 2, 3, 4, 0, 0, 0, 0}, 4, found) == "its Fletcher32 checksum is wrong");
  CHECK(unfold(checked, 0, Bytes(4), 0, found) == "");
}

TEST_CASE("a damaged chunk never does harm", "[h5unfold]") {
  std::mt19937 random(9);
  const Bytes bytes = some_bytes(3000);
  const Bytes packed = deflate(shuffle(bytes, 8));
  h5pipeline lzf{};
  lzf.count = 1;
  lzf.kinds[0] = H5FILTER_LZF;
  for (int round = 0; round < 3000; round++) {
    Bytes damaged = packed, found;
    for (unsigned i = 1 + random() % 4; i > 0; i--)
      damaged[random() % damaged.size()] = static_cast<unsigned char>(random());
    if (random() % 3 == 0) damaged.resize(random() % damaged.size());
    unfold(shuffle_deflate(8), random() % 4, damaged, bytes.size(), found);
    unfold(lzf, 0, damaged, random() % 5000, found);
  }
  SUCCEED();
}

TEST_CASE("two filters with a length of their own are left to HDF5", "[h5unfold]") {
  h5pipeline pipeline = shuffle_deflate(8);
  CHECK(cshm__h5_unfold_knows(&pipeline));
  pipeline.kinds[0] = H5FILTER_LZF;
  CHECK_FALSE(cshm__h5_unfold_knows(&pipeline));
}
