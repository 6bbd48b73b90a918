// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5place.h"
}
#include <cstring>
#include <random>
#include <vector>

namespace {

using Lengths = std::vector<uint64_t>;

uint64_t product(const uint64_t *lengths, size_t count) {
  uint64_t result = 1;
  for (size_t i = 0; i < count; i++)
    result *= lengths[i];
  return result;
}

// Places all chunks of all boxes; each element of a chunk is its number in the dataset and, outside of it, UINT64_MAX.
void check(const Lengths &lengths, const Lengths &chunk, uint64_t budget) {
  const auto ndim = static_cast<uint32_t>(lengths.size());
  std::vector<uint64_t> array(product(lengths.data(), ndim), UINT64_MAX);
  h5slab slab;
  cshm__h5_slab_begin(&slab, ndim, lengths.data(), chunk.data(), budget);
  do {
    std::vector<uint64_t> box(product(slab.count, ndim), UINT64_MAX), content(product(chunk.data(), ndim));
    for (uint64_t number = 0; number < cshm__h5_place_count(&slab, chunk.data()); number++) {
      Lengths start(ndim + 1);
      cshm__h5_place_start(&slab, chunk.data(), number, start.data());
      for (uint64_t i = 0; i < content.size(); i++) {
        uint64_t element = 0, stride = 1, rest = i;
        for (uint32_t d = ndim; d-- > 0; rest /= chunk[d]) {
          uint64_t at = start[d] + rest % chunk[d];
          element = at < lengths[d] && element != UINT64_MAX ? element + at * stride : UINT64_MAX;
          stride *= lengths[d];
        }
        content[i] = element;
      }
      cshm__h5_place(&slab, chunk.data(), start.data(), sizeof(uint64_t),
                     reinterpret_cast<const unsigned char *>(content.data()),
                     reinterpret_cast<unsigned char *>(box.data()));
      if (cshm__h5_place_is_box(&slab, chunk.data())) REQUIRE(box == content);
    }
    for (uint64_t run = 0; run < slab.run_count; run++)
      memcpy(&array[cshm__h5_slab_run(&slab, run)], &box[run * slab.run_elements], slab.run_elements * 8);
  } while (cshm__h5_slab_next(&slab));
  for (uint64_t i = 0; i < array.size(); i++)
    REQUIRE(array[i] == i);
}

} // namespace

TEST_CASE("chunks of any shape fill boxes of any shape, those at the edges cut off", "[h5place]") {
  std::mt19937 random(11);
  for (int round = 0; round < 400; round++) {
    Lengths lengths(1 + random() % 4), chunk;
    for (uint64_t &length : lengths)
      length = 1 + random() % 9;
    for (uint64_t length : lengths)
      chunk.push_back(1 + random() % (length + 3));
    uint64_t budget = 1 + random() % 200;
    CAPTURE(round, lengths, chunk, budget);
    check(lengths, chunk, budget);
  }
}

TEST_CASE("elements of any size are placed whole", "[h5place]") {
  const size_t size = GENERATE(as<size_t>{}, 1, 2, 3, 4, 8, 12, 16, 24);
  const Lengths lengths{5, 6, 7}, chunk = GENERATE(Lengths{2, 3, 1}, Lengths{2, 3, 2}, Lengths{1, 1, 7}),
                                  start{2, 3, 6};
  const Lengths at = chunk[2] == 7 ? Lengths{2, 3, 0} : start;
  h5slab slab;
  cshm__h5_slab_begin(&slab, 3, lengths.data(), chunk.data(), 1000);
  std::vector<unsigned char> data(product(chunk.data(), 3) * size), box(210 * size, 0xEE), wanted(210 * size, 0xEE);
  for (size_t i = 0; i < data.size(); i++)
    data[i] = static_cast<unsigned char>(i * 31 + 7);
  for (uint64_t x = 0; x < chunk[0]; x++)
    for (uint64_t y = 0; y < chunk[1]; y++)
      for (uint64_t z = 0; z < chunk[2] && at[2] + z < 7; z++)
        memcpy(&wanted[(((at[0] + x) * 6 + at[1] + y) * 7 + at[2] + z) * size],
               &data[((x * chunk[1] + y) * chunk[2] + z) * size], size);
  cshm__h5_place(&slab, chunk.data(), at.data(), size, data.data(), box.data());
  CHECK(box == wanted);
}

TEST_CASE("a chunk that is not there leaves zeros, or the fill value", "[h5place]") {
  const Lengths lengths{4, 5}, chunk{2, 3}, start{2, 3};
  h5slab slab;
  cshm__h5_slab_begin(&slab, 2, lengths.data(), chunk.data(), 100);
  const uint16_t value = 9;
  std::vector<uint16_t> box(20, 7), wanted(20, 7);
  auto *bytes = reinterpret_cast<unsigned char *>(box.data());
  for (const uint16_t *fill : {static_cast<const uint16_t *>(nullptr), &value}) {
    wanted[13] = wanted[14] = wanted[18] = wanted[19] = fill ? *fill : uint16_t{0};
    cshm__h5_place_fill(&slab, chunk.data(), start.data(), 2, reinterpret_cast<const unsigned char *>(fill), bytes);
    CHECK(box == wanted);
  }
}
