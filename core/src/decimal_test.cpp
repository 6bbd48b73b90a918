// SPDX-License-Identifier: MIT
extern "C" {
#include "decimal.h"
}
#include "catch.hpp"

#include <cfloat>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

namespace {

std::string of(double value) {
  char out[DECIMAL_SIZE];
  return std::string(out, cshm__decimal_double(value, out));
}

std::string of(float value) {
  char out[DECIMAL_SIZE];
  return std::string(out, cshm__decimal_float(value, out));
}

std::string half(uint16_t bits) {
  char out[DECIMAL_SIZE];
  return std::string(out, cshm__decimal_half(bits, out));
}

size_t digits(const std::string &text) {
  std::string only;
  for (char c : text.substr(0, text.find('e')))
    if (c >= '0' && c <= '9' && (c != '0' || !only.empty())) only += c;
  while (only.size() > 1 && only.back() == '0')
    only.pop_back();
  return only.size();
}

} // namespace

TEST_CASE("floats are as short as they can be, and look like floats", "[decimal]") {
  CHECK(of(0.0) == "0.0");
  CHECK(of(-0.0) == "-0.0");
  CHECK(of(1.0) == "1.0");
  CHECK(of(0.1) == "0.1");
  CHECK(of(-0.3) == "-0.3");
  CHECK(of(0.1 + 0.2) == "0.30000000000000004");
  CHECK(of(100.0) == "100.0");
  CHECK(of(123456.789) == "123456.789");
  CHECK(of(1e15) == "1000000000000000.0");
  CHECK(of(1e16) == "1.0e+16");
  CHECK(of(1.5e300) == "1.5e+300");
  CHECK(of(0.0001) == "0.0001");
  CHECK(of(0.00001) == "1.0e-05");
  CHECK(of(9007199254740993.0) == "9007199254740992.0");
  CHECK(of(DBL_MAX) == "1.7976931348623157e+308");
  CHECK(of(DBL_MIN) == "2.2250738585072014e-308");
  CHECK(of(5e-324) == "5.0e-324");
  CHECK(of(0.1f) == "0.1");
  CHECK(of(16777216.0f) == "16777216.0");
  CHECK(of(FLT_MAX) == "3.4028235e+38");
  CHECK(of(1e-45f) == "1.0e-45");
}

TEST_CASE("every half reads back as itself and needs five digits at most", "[decimal]") {
  CHECK(half(0x2E66) == "0.1");
  CHECK(half(0x7BFF) == "65500.0");
  CHECK(half(0x0001) == "6.0e-08");
  CHECK(half(0x8000) == "-0.0");
  for (uint32_t bits = 0; bits < 0x7C00; bits++) {
    std::string text = half(uint16_t(bits));
    double value = std::strtod(text.c_str(), nullptr), exact = cshm__half_value(uint16_t(bits));
    double above = bits == 0x7BFF ? 65536 : cshm__half_value(uint16_t(bits + 1));
    double below = bits == 0 ? -above : cshm__half_value(uint16_t(bits - 1));
    if (!(std::fabs(value - exact) < (above - exact) / 2 && std::fabs(value - exact) < (exact - below) / 2))
      FAIL(bits << " is written as " << text);
    if (digits(text) > 5) FAIL(bits << " is written as " << text);
  }
  CHECK(std::isnan(cshm__half_value(0x7E00)));
  CHECK(cshm__half_value(0xFC00) == -INFINITY);
}

TEST_CASE("any float and double reads back as itself", "[decimal]") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200000; i++) {
    uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value) && std::strtod(of(value).c_str(), nullptr) != value) FAIL("double " << bits);
    uint32_t low = uint32_t(bits);
    float single;
    std::memcpy(&single, &low, sizeof single);
    if (std::isfinite(single) && std::strtof(of(single).c_str(), nullptr) != single) FAIL("float " << low);
  }
}

TEST_CASE("a number of few digits is written with these", "[decimal]") {
  std::mt19937_64 random(2);
  for (int i = 0; i < 50000; i++) {
    uint64_t bits = random();
    std::string text = std::to_string(bits % 1000000) + "e" + std::to_string(int(bits >> 32) % 290);
    double value = std::strtod(text.c_str(), nullptr);
    if (value != 0 && digits(of(value)) > 6) FAIL(text << " is written as " << of(value));
  }
}

TEST_CASE("the locale does not matter", "[decimal]") {
  // Made here, from Debian's package "locales": few build machines have one with another point.
  char folder[] = "/tmp/cute-shm-locale-XXXXXX";
  REQUIRE(mkdtemp(folder));
  std::string make = "localedef -i de_DE -f UTF-8 " + std::string(folder) + "/de_DE.UTF-8";
  bool made = std::system(make.c_str()) == 0;
  setenv("LOCPATH", folder, 1);
  bool taken = made && std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
  bool comma = taken && std::localeconv()->decimal_point == std::string(",");
  std::string text = of(1234.5678e-12), single = of(1e-45f), exact = half(0x2E66);
  std::setlocale(LC_NUMERIC, "C");
  unsetenv("LOCPATH");
  CHECK(std::system(("rm -r " + std::string(folder)).c_str()) == 0);
  REQUIRE(comma);
  CHECK(text == "1.2345678e-09");
  CHECK(single == "1.0e-45");
  CHECK(exact == "0.1");
}
