// SPDX-License-Identifier: MIT
extern "C" {
#include "h5gather.h"
}

#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

namespace {

// A box of an array of elements of `itemsize` bytes, gathered one element at a time.
std::vector<unsigned char> slowly(const h5gather &gather) {
  std::vector<unsigned char> out;
  uint64_t total = 1;
  for (uint32_t i = 0; i < gather.ndim; i++)
    total *= gather.lengths[i];
  for (uint64_t number = 0; number < total; number++) {
    uint64_t rest = number;
    int64_t at = 0;
    bool inside = true;
    for (uint32_t i = gather.ndim; i-- > 0;) {
      const uint64_t index = rest % gather.lengths[i];
      rest /= gather.lengths[i];
      inside = inside && index < gather.count[i];
      at += static_cast<int64_t>(gather.start[i] + index) * gather.strides[i];
    }
    for (size_t byte = 0; byte < gather.itemsize; byte++)
      out.push_back(inside ? gather.data[at + static_cast<int64_t>(byte)] : 0);
  }
  return out;
}

// Strides of an array in C's or Fortran's order.
std::vector<int64_t> strides_of(const std::vector<int64_t> &shape, size_t itemsize, bool fortran) {
  std::vector<int64_t> strides(shape.size());
  auto step = static_cast<int64_t>(itemsize);
  for (size_t i = 0; i < shape.size(); i++) {
    const size_t dimension = fortran ? i : shape.size() - 1 - i;
    strides[dimension] = step;
    step *= shape[dimension];
  }
  return strides;
}

} // namespace

TEST_CASE("a box of an array in any order comes out in C order, and what sticks out is zero") {
  const size_t itemsize = GENERATE(size_t{1}, size_t{3}, size_t{4}, size_t{8});
  const bool fortran = GENERATE(false, true);
  const std::vector<int64_t> shape = {4, 5, 6};
  const std::vector<int64_t> strides = strides_of(shape, itemsize, fortran);
  std::vector<unsigned char> data(120 * itemsize);
  std::iota(data.begin(), data.end(), static_cast<unsigned char>(1));
  h5gather gather{};
  gather.ndim = 3;
  gather.itemsize = itemsize;
  gather.data = data.data();
  gather.strides = strides.data();
  struct {
    uint64_t start[3], count[3], lengths[3];
  } const boxes[] = {{{0, 0, 0}, {4, 5, 6}, {4, 5, 6}}, {{1, 0, 0}, {2, 5, 6}, {2, 5, 6}},
                     {{1, 2, 3}, {1, 2, 2}, {1, 2, 2}}, {{3, 4, 5}, {1, 1, 1}, {2, 2, 2}},
                     {{0, 0, 4}, {4, 5, 2}, {4, 5, 4}}, {{2, 0, 0}, {2, 5, 6}, {3, 5, 6}},
                     {{0, 3, 0}, {4, 2, 6}, {4, 4, 6}}, {{0, 0, 2}, {4, 1, 1}, {4, 1, 1}}};
  for (const auto &box : boxes) {
    std::copy(box.start, box.start + 3, gather.start);
    std::copy(box.count, box.count + 3, gather.count);
    std::copy(box.lengths, box.lengths + 3, gather.lengths);
    const std::vector<unsigned char> wanted = slowly(gather);
    std::vector<unsigned char> found(wanted.size() + 1, 0xEE);
    cshm__h5_gather(&gather, found.data());
    CHECK(found.back() == 0xEE);
    found.pop_back();
    CHECK(found == wanted);
  }
}

TEST_CASE("an array without dimensions is one element") {
  const double value = 2.5;
  double found = 0;
  h5gather gather{};
  gather.itemsize = sizeof value;
  gather.data = reinterpret_cast<const unsigned char *>(&value);
  cshm__h5_gather(&gather, reinterpret_cast<unsigned char *>(&found));
  CHECK(found == value);
}
