// SPDX-License-Identifier: MIT
extern "C" {
#include "decimal.h"
#include "decimal_read.h"
}
#include "catch.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace {

double read_double(const std::string &text) {
  double value = -1;
  REQUIRE(cshm__decimal_read_double(text.data(), text.size(), &value));
  return value;
}

float read_float(const std::string &text) {
  float value = -1;
  REQUIRE(cshm__decimal_read_float(text.data(), text.size(), &value));
  return value;
}

unsigned read_half(const std::string &text) {
  uint16_t bits = 0;
  REQUIRE(cshm__decimal_read_half(text.data(), text.size(), &bits));
  return bits;
}

} // namespace

TEST_CASE("decimals are read in all spellings of YAML and TOML", "[decimal_read]") {
  CHECK(read_double("0.1") == 0.1);
  CHECK(read_double("-0.5e-3") == -0.5e-3);
  CHECK(read_double("+1_000.2_5E+1_0") == 1000.25e10);
  CHECK(read_double(".5") == 0.5);
  CHECK(read_double("5.") == 5);
  CHECK(read_double("007") == 7);
  CHECK((read_double("-0") == 0 && std::signbit(read_double("-0"))));
  CHECK(std::signbit(read_double("-0.000e99")));
  CHECK(read_double("1e309") == std::numeric_limits<double>::infinity());
  CHECK(read_double("-1e99999999999999999999") == -std::numeric_limits<double>::infinity());
  CHECK(read_double("1e-99999999999999999999") == 0);
  CHECK(read_double("0e99999999999999999999") == 0);
}

TEST_CASE("what is no decimal is told", "[decimal_read]") {
  double value = 7;
  for (const std::string text :
       {"", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "nan", "1 ", " 1", "1e5x", "--1", "_"}) {
    INFO(text);
    CHECK_FALSE(cshm__decimal_read_double(text.data(), text.size(), &value));
  }
  CHECK(value == 7);
}

TEST_CASE("a long decimal is rounded once, by all of its digits", "[decimal_read]") {
  const std::string tie = "9007199254740993"; // between two doubles
  CHECK(read_double(tie) == 9007199254740992.0);
  CHECK(read_double(tie + "." + std::string(5000, '0') + "1") == 9007199254740994.0);
  CHECK(read_double("0." + std::string(5000, '0') + "5e5001") == 5);
  CHECK(read_double("5" + std::string(5000, '0') + "e-5000") == 5);
  // halfway between two floats, and by less than a double can tell above it
  CHECK(read_float("1.000000059604644775390625") == 1.0f);
  CHECK(read_float("1.0000000596046447753906250000001") == std::nextafter(1.0f, 2.0f));
  CHECK(read_float("3.4028235e38") == std::numeric_limits<float>::max());
  CHECK(std::isinf(read_float("3.5e38")));
}

TEST_CASE("halves are rounded to the nearest, and to the even one of two", "[decimal_read]") {
  CHECK(read_half("0.1") == 0x2E66);
  CHECK(read_half("-65504") == 0xFBFF);
  CHECK(read_half("65519.99999999999999999999") == 0x7BFF);
  CHECK(read_half("65520") == 0x7C00);
  CHECK(read_half("1e300") == 0x7C00);
  CHECK(read_half("1.00048828125") == 0x3C00); // the middle of 0x3C00 and 0x3C01
  CHECK(read_half("1.00048828125000000000000000001") == 0x3C01);
  CHECK(read_half("1.00048828124999999999999999999") == 0x3C00);
  CHECK(read_half("1.00146484375") == 0x3C02); // the middle of 0x3C01 and 0x3C02
  CHECK(read_half("2.98023223876953125e-08") == 0);
  CHECK(read_half("2.980232238769531250000000000000000001e-08") == 1);
  CHECK(read_half("-0.0") == 0x8000);
}

TEST_CASE("every half reads back as itself", "[decimal_read]") {
  for (unsigned bits = 0; bits < 0x10000; bits++) {
    if ((bits & 0x7C00) == 0x7C00) continue; // infinities and NaN have words
    char text[DECIMAL_SIZE];
    size_t length = cshm__decimal_half(static_cast<uint16_t>(bits), text);
    uint16_t back = 0;
    bool good = cshm__decimal_read_half(text, length, &back);
    if (!good || back != bits) FAIL(bits << " reads back as " << back);
  }
}

TEST_CASE("doubles and floats read back as themselves", "[decimal_read]") {
  uint64_t state = 42;
  for (int i = 0; i < 20000; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    double value;
    std::memcpy(&value, &state, sizeof value);
    float narrow;
    std::memcpy(&narrow, reinterpret_cast<char *>(&state) + 4, sizeof narrow);
    char text[DECIMAL_SIZE];
    if (std::isfinite(value)) REQUIRE(read_double({text, cshm__decimal_double(value, text)}) == value);
    if (std::isfinite(narrow)) REQUIRE(read_float({text, cshm__decimal_float(narrow, text)}) == narrow);
  }
}
