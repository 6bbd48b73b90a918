// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5slab.h"
}
#include <random>
#include <vector>

namespace {

using Lengths = std::vector<uint64_t>;

uint64_t product(const Lengths &lengths) {
  uint64_t result = 1;
  for (uint64_t length : lengths)
    result *= length;
  return result;
}

// The element's number in the array that has these lengths, for a place in the box that begins at `start`.
uint64_t element_at(const h5slab &slab, uint64_t place) {
  std::vector<uint64_t> index(slab.ndim);
  for (uint32_t i = slab.ndim; i-- > 0;) {
    index[i] = slab.start[i] + place % slab.count[i];
    place /= slab.count[i];
  }
  uint64_t element = 0;
  for (uint32_t i = 0; i < slab.ndim; i++)
    element = element * slab.lengths[i] + index[i];
  return element;
}

// Goes through all boxes; returns how often each element was met, by way of the runs.
std::vector<int> cover(const Lengths &lengths, const uint64_t *chunk, uint64_t budget) {
  std::vector<int> met(product(lengths));
  h5slab slab;
  cshm__h5_slab_begin(&slab, static_cast<uint32_t>(lengths.size()), lengths.data(), chunk, budget);
  do {
    REQUIRE(slab.run_count * slab.run_elements <= slab.box_elements);
    for (uint64_t run = 0; run < slab.run_count; run++)
      for (uint64_t i = 0; i < slab.run_elements; i++) {
        uint64_t element = cshm__h5_slab_run(&slab, run) + i;
        REQUIRE(element == element_at(slab, run * slab.run_elements + i));
        met[element]++;
      }
  } while (cshm__h5_slab_next(&slab));
  return met;
}

} // namespace

TEST_CASE("boxes cover each element once, and runs tell where it lies", "[h5slab]") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; round++) {
    Lengths lengths(random() % 5), chunk;
    for (uint64_t &length : lengths)
      length = 1 + random() % 9;
    for (uint64_t length : lengths)
      chunk.push_back(1 + random() % (length + 2));
    uint64_t budget = 1 + random() % 100;
    CAPTURE(round, lengths, chunk, budget);
    for (const uint64_t *chunks : {static_cast<const uint64_t *>(nullptr), static_cast<const uint64_t *>(chunk.data())})
      CHECK(cover(lengths, chunks, budget) == std::vector<int>(product(lengths), 1));
  }
}

TEST_CASE("a box has whole chunks, so that each is read once", "[h5slab]") {
  const Lengths lengths{100, 70}, chunk{8, 9};
  h5slab slab;
  cshm__h5_slab_begin(&slab, 2, lengths.data(), chunk.data(), 8 * 9 * 3);
  CHECK(slab.step[0] == 8);
  CHECK(slab.step[1] == 27);
  do {
    for (uint32_t i = 0; i < 2; i++) {
      CHECK(slab.start[i] % chunk[i] == 0);
      CHECK((slab.count[i] % chunk[i] == 0 || slab.start[i] + slab.count[i] == lengths[i]));
    }
  } while (cshm__h5_slab_next(&slab));
}

TEST_CASE("without chunks a box is one run", "[h5slab]") {
  const Lengths lengths{50, 40, 30};
  for (uint64_t budget : {uint64_t{7}, uint64_t{30}, uint64_t{100}, uint64_t{1200}, uint64_t{5000}, uint64_t{60000}}) {
    h5slab slab;
    cshm__h5_slab_begin(&slab, 3, lengths.data(), nullptr, budget);
    CHECK(slab.box_elements <= budget);
    CHECK(slab.box_elements * 2 > budget / 2);
    do
      CHECK(slab.run_count == 1);
    while (cshm__h5_slab_next(&slab));
  }
}

TEST_CASE("one chunk is taken even where it is more than the budget", "[h5slab]") {
  const Lengths lengths{64, 64}, chunk{32, 32};
  h5slab slab;
  cshm__h5_slab_begin(&slab, 2, lengths.data(), chunk.data(), 10);
  CHECK(slab.box_elements == 32 * 32);
  CHECK(slab.run_elements == 32);
  CHECK(slab.run_count == 32);
}

TEST_CASE("lengths of an absurd size do not overflow", "[h5slab]") {
  const Lengths lengths{uint64_t{1} << 20, uint64_t{1} << 40}, chunk{1, uint64_t{1} << 31};
  h5slab slab;
  cshm__h5_slab_begin(&slab, 2, lengths.data(), chunk.data(), 1 << 20);
  CHECK(slab.box_elements == uint64_t{1} << 31);
  REQUIRE(cshm__h5_slab_next(&slab));
  CHECK(cshm__h5_slab_run(&slab, 0) == uint64_t{1} << 31);
}
