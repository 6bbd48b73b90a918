// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5lzf.h"
}
#include <memory>
#include <string>

namespace {

// What a stream unfolds to; "" if it is damaged. Both buffers are of exactly the size, so that a sanitizer sees all.
std::string unfolded(const std::string &stream) {
  std::unique_ptr<unsigned char[]> from(new unsigned char[stream.size()]);
  std::copy(stream.begin(), stream.end(), from.get());
  size_t nbytes = cshm__h5_lzf_nbytes(from.get(), stream.size());
  std::unique_ptr<unsigned char[]> to(new unsigned char[nbytes]);
  if (nbytes > 0) cshm__h5_lzf_unfold(from.get(), stream.size(), to.get());
  return std::string(to.get(), to.get() + nbytes);
}

} // namespace

TEST_CASE("a run in the stream is taken as it is", "[h5lzf]") {
  CHECK(unfolded(std::string("\x02", 1) + "abc") == "abc");
  CHECK(unfolded(std::string(1, '\x1f') + std::string(32, 'x')) == std::string(32, 'x'));
}

TEST_CASE("a run that repeats may repeat itself", "[h5lzf]") {
  // 3 bytes from 1 back, 8 from 2 back, 9 + 5 from 3 back
  CHECK(unfolded(std::string("\x00"
                             "a"
                             "\x20\x00",
                             4)) == "aaaa");
  CHECK(unfolded(std::string("\x01"
                             "ab"
                             "\xc0\x01",
                             5)) == "abababab"
                                    "ab");
  CHECK(unfolded(std::string("\x02"
                             "abc"
                             "\xe0\x05\x02",
                             7)) == "abcabcabcabcabcab");
}

TEST_CASE("a distance has thirteen bits", "[h5lzf]") {
  std::string stream, wanted;
  for (int i = 0; i < 256; i++) { // 8192 bytes, of which all 32 differ from their neighbours
    stream += '\x1f' + std::string(32, static_cast<char>(i));
    wanted += std::string(32, static_cast<char>(i));
  }
  CHECK(unfolded(stream + "\x3f\xff") == wanted + std::string(3, '\0'));
}

TEST_CASE("a damaged stream unfolds to nothing", "[h5lzf]") {
  CHECK(unfolded("") == "");
  CHECK(unfolded(std::string("\x02"
                             "ab",
                             3)) == "");         // a run that the stream ends within
  CHECK(unfolded(std::string("\x00", 1)) == ""); // before it
  CHECK(unfolded(std::string("\x00"
                             "a"
                             "\x20",
                             3)) == ""); // before a distance
  CHECK(unfolded(std::string("\x00"
                             "a"
                             "\xe0",
                             3)) == ""); // before a length
  CHECK(unfolded(std::string("\x00"
                             "a"
                             "\xe0\x05",
                             4)) == ""); // between the two
  CHECK(unfolded(std::string("\x00"
                             "a"
                             "\x20\x01",
                             4)) == ""); // from before the beginning
  CHECK(unfolded(std::string("\x20\x00", 2)) == "");
}
