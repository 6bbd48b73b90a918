// SPDX-License-Identifier: MIT
extern "C" {
#include "h5deflate.h"
}

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <libdeflate.h>
#include <random>
#include <vector>

namespace {

constexpr size_t ITEMS = 1000;
constexpr int64_t STRIDE = sizeof(int32_t);
constexpr h5pack as_it_is{0, 0, false};

h5gather chunk_of(const std::vector<int32_t> &data, uint64_t start) {
  h5gather gather{};
  gather.ndim = 1;
  gather.itemsize = sizeof(int32_t);
  gather.data = reinterpret_cast<const unsigned char *>(data.data());
  gather.strides = &STRIDE;
  gather.start[0] = start;
  gather.count[0] = std::min<uint64_t>(ITEMS, data.size() - start);
  gather.lengths[0] = ITEMS;
  return gather;
}

// Turns a chunk back into its items.
std::vector<int32_t> unpack(const h5deflated &chunk, bool shuffled) {
  std::vector<unsigned char> bytes(ITEMS * sizeof(int32_t)), items(bytes.size());
  if (chunk.stored) {
    REQUIRE(chunk.nbytes == bytes.size());
    std::memcpy(bytes.data(), chunk.data, bytes.size());
  } else {
    libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    const auto result =
        libdeflate_zlib_decompress(decompressor, chunk.data, chunk.nbytes, bytes.data(), bytes.size(), nullptr);
    libdeflate_free_decompressor(decompressor);
    REQUIRE(result == LIBDEFLATE_SUCCESS);
  }
  for (size_t i = 0; i < bytes.size(); i++)
    items[shuffled ? i % ITEMS * sizeof(int32_t) + i / ITEMS : i] = bytes[i];
  std::vector<int32_t> found(ITEMS);
  std::memcpy(found.data(), items.data(), items.size());
  return found;
}

} // namespace

TEST_CASE("chunks come back in the order in which they were put, whatever the number of threads") {
  const uint32_t threads = GENERATE(1U, 2U, 5U);
  const bool shuffle = GENERATE(false, true);
  std::vector<int32_t> data(20 * ITEMS + 300);
  for (size_t i = 0; i < data.size(); i++)
    data[i] = static_cast<int32_t>(i / 3);
  h5deflate *workers = nullptr;
  REQUIRE(cshm__h5_deflate_begin(&workers, threads, nullptr) == CSHM_OK);
  REQUIRE(cshm__h5_deflate_style(workers, 6, shuffle, ITEMS * sizeof(int32_t), &as_it_is));
  std::vector<int32_t> found;
  h5deflated chunk;
  const auto take = [&] {
    REQUIRE(cshm__h5_deflate_take(workers, &chunk));
    CHECK(chunk.start[0] == found.size());
    CHECK_FALSE(chunk.stored);
    CHECK_FALSE(chunk.no_memory);
    const std::vector<int32_t> items = unpack(chunk, shuffle);
    found.insert(found.end(), items.begin(), items.end());
  };
  for (uint64_t start = 0; start < data.size(); start += ITEMS) {
    if (!cshm__h5_deflate_has_room(workers)) take();
    const h5gather gather = chunk_of(data, start);
    cshm__h5_deflate_put(workers, &gather);
  }
  while (found.size() < data.size())
    take();
  CHECK_FALSE(cshm__h5_deflate_take(workers, &chunk));
  cshm__h5_deflate_end(workers);
  data.resize(21 * ITEMS);
  CHECK(found == data);
}

TEST_CASE("a chunk that does not become smaller is stored, and level 0 stores them all") {
  const uint32_t level = GENERATE(0U, 9U);
  std::mt19937 random(1);
  std::vector<int32_t> data(ITEMS);
  for (int32_t &item : data)
    item = static_cast<int32_t>(random());
  h5deflate *workers = nullptr;
  h5deflated chunk;
  REQUIRE(cshm__h5_deflate_begin(&workers, 1, nullptr) == CSHM_OK);
  REQUIRE(cshm__h5_deflate_style(workers, level, true, ITEMS * sizeof(int32_t), &as_it_is));
  const h5gather gather = chunk_of(data, 0);
  cshm__h5_deflate_put(workers, &gather);
  REQUIRE(cshm__h5_deflate_take(workers, &chunk));
  CHECK(chunk.stored);
  CHECK(unpack(chunk, true) == data);
  cshm__h5_deflate_end(workers);
}

TEST_CASE("what is put and never taken is no leak") {
  const uint32_t threads = GENERATE(1U, 3U);
  const std::vector<int32_t> data(ITEMS);
  h5deflate *workers = nullptr;
  REQUIRE(cshm__h5_deflate_begin(&workers, threads, nullptr) == CSHM_OK);
  REQUIRE(cshm__h5_deflate_style(workers, 1, false, ITEMS * sizeof(int32_t), &as_it_is));
  const h5gather gather = chunk_of(data, 0);
  cshm__h5_deflate_put(workers, &gather);
  cshm__h5_deflate_end(workers);
  cshm__h5_deflate_end(nullptr);
}
