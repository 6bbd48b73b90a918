// SPDX-License-Identifier: MIT
#include "builder_scratch.hpp"
extern "C" {
#include "project.h"
#include "project_remove.h"
}
#include <sys/stat.h>
#include <thread>

TEST_CASE("attaching twice in one mode shares a mapping, private ones never", "[mapping]") {
  Scratch scratch;
  REQUIRE(scratch.publish(5) == CSHM_OK);
  mapping *one = scratch.attach(), *two = scratch.attach(), *rw = scratch.attach(CSHM_READ_WRITE);
  mapping *own = scratch.attach(CSHM_PRIVATE), *other = scratch.attach(CSHM_PRIVATE);
  CHECK(one == two);
  CHECK(rw != one);
  CHECK(own != other);
  int32_t value = 6;
  memcpy((unsigned char *)rw->base + rw->index.arrays[0].offset, &value, sizeof value);
  CHECK(Scratch::value(one) == 6);
  value = 9;
  memcpy((unsigned char *)own->base + own->index.arrays[0].offset, &value, sizeof value);
  CHECK(Scratch::value(own) == 9);
  CHECK(Scratch::value(one) == 6);
  CHECK(Scratch::value(other) == 6);
  for (mapping *mapped : {one, two, rw, own, other})
    cshm__mapping_release(mapped);
}

TEST_CASE("a mapping outlives unlink and overwrite", "[mapping]") {
  Scratch scratch;
  REQUIRE(scratch.publish(5) == CSHM_OK);
  mapping *mapped = scratch.attach();
  REQUIRE(cshm__project_unlink(&scratch.where, scratch.project().c_str(), 0, nullptr) == CSHM_OK);
  CHECK(scratch.segments().empty());
  CHECK(scratch.files().empty());
  CHECK(Scratch::value(mapped) == 5);
  bool current = true;
  REQUIRE(cshm__mapping_is_current(mapped, &current, nullptr) == CSHM_OK);
  CHECK_FALSE(current);
  mapping *again = nullptr;
  CHECK(cshm__mapping_open(&scratch.where, scratch.project().c_str(), CSHM_READ_ONLY, &again, nullptr) ==
        CSHM_ERR_NOT_FOUND);
  cshm__mapping_release(mapped);
}

TEST_CASE("a segment that lies about itself is refused in words", "[mapping][project]") {
  Scratch scratch;
  REQUIRE(scratch.publish(5) == CSHM_OK);
  std::string segment = "/dev/shm/" + scratch.segments()[0], text = scratch.read_file(scratch.manifest());
  mapping *mapped = nullptr;
  auto open = [&] {
    return cshm__mapping_open(&scratch.where, scratch.project().c_str(), CSHM_READ_ONLY, &mapped, &scratch.err);
  };
  auto says = [&](const char *words) { return std::string(scratch.err.message).find(words) != std::string::npos; };
  SECTION("truncated") {
    REQUIRE(truncate(segment.c_str(), 4096) == 0);
    CHECK(open() == CSHM_ERR_CORRUPT);
    CHECK(says("is truncated: it should have"));
    REQUIRE(truncate(segment.c_str(), 10) == 0);
    CHECK(open() == CSHM_ERR_CORRUPT);
    CHECK(says("is truncated: it has 10 bytes"));
  }
  SECTION("another generation") {
    size_t at = text.find("generation: \"") + 13;
    text[at] = text[at] == '0' ? '1' : '0';
    scratch.write_file(scratch.manifest(), text);
    CHECK(open() == CSHM_ERR_GENERATION);
    CHECK(says("its manifest is of generation"));
  }
  SECTION("another project's manifest under this name") {
    scratch.write_file(scratch.manifest("q"), text);
    CHECK(cshm__mapping_open(&scratch.where, scratch.project("q").c_str(), CSHM_READ_ONLY, &mapped, &scratch.err) ==
          CSHM_ERR_CORRUPT);
    CHECK(says("it was renamed or copied"));
  }
  SECTION("a manifest that points to someone else's segment") {
    size_t at = text.find("segment: \"") + 10;
    text.replace(at, text.find('"', at) - at, "cute-shm.other.1234");
    scratch.write_file(scratch.manifest(), text);
    CHECK(open() == CSHM_ERR_CORRUPT);
    CHECK(says("which is not one of project"));
  }
  SECTION("a symlink, a FIFO, a directory in its place") {
    REQUIRE(unlink(segment.c_str()) == 0);
    REQUIRE(symlink("/etc/passwd", segment.c_str()) == 0);
    CHECK(open() == CSHM_ERR_PERMISSION);
    CHECK(says("it is a symbolic link"));
    REQUIRE(unlink(segment.c_str()) == 0);
    REQUIRE(mkfifo(segment.c_str(), 0600) == 0);
    CHECK(open() == CSHM_ERR_CORRUPT);
    CHECK(says("it is a FIFO, not a regular file"));
    REQUIRE(unlink(segment.c_str()) == 0);
    REQUIRE(mkdir(segment.c_str(), 0700) == 0);
    CHECK(open() == CSHM_ERR_CORRUPT);
    REQUIRE(rmdir(segment.c_str()) == 0);
  }
  SECTION("a symlinked manifest") {
    REQUIRE(rename(scratch.manifest().c_str(), (scratch.root + "/elsewhere").c_str()) == 0);
    REQUIRE(symlink((scratch.root + "/elsewhere").c_str(), scratch.manifest().c_str()) == 0);
    CHECK(open() == CSHM_ERR_PERMISSION);
  }
}

TEST_CASE("a project can be unlinked however damaged its segment is", "[project]") {
  Scratch scratch;
  REQUIRE(scratch.publish(5) == CSHM_OK);
  SECTION("truncated") { REQUIRE(truncate(("/dev/shm/" + scratch.segments()[0]).c_str(), 7) == 0); }
  SECTION("gone") { REQUIRE(unlink(("/dev/shm/" + scratch.segments()[0]).c_str()) == 0); }
  CHECK(cshm__project_unlink(&scratch.where, scratch.project().c_str(), 0, nullptr) == CSHM_OK);
  CHECK(scratch.segments().empty());
  CHECK(scratch.files().empty());
}

TEST_CASE("unlinking what is not there says so", "[project]") {
  Scratch scratch;
  CHECK(cshm__project_unlink(&scratch.where, "nobody", 0, &scratch.err) == CSHM_ERR_NOT_FOUND);
  CHECK(std::string(scratch.err.message) == "no project \"nobody\" in store " + scratch.root);
}

TEST_CASE("a reader that attaches again and again sees whole trees while another overwrites", "[mapping][threads]") {
  Scratch scratch;
  REQUIRE(scratch.publish(0) == CSHM_OK);
  std::atomic<bool> done{false};
  std::atomic<int> reads{0}, wrong{0};
  std::thread reader([&] {
    while (!done) {
      mapping *mapped = nullptr;
      cshm_status status =
          cshm__mapping_open(&scratch.where, scratch.project().c_str(), CSHM_READ_ONLY, &mapped, nullptr);
      if (status == CSHM_OK && Scratch::value(mapped) < 0) wrong++;
      if (status == CSHM_OK) cshm__mapping_release(mapped);
      if (status != CSHM_OK) wrong++;
      reads++;
    }
  });
  for (int i = 1; i <= 500; i++)
    REQUIRE(scratch.publish(i, true) == CSHM_OK);
  done = true;
  reader.join();
  CHECK(wrong == 0);
  CHECK(reads > 0);
  CHECK(scratch.segments().size() == 1);
}
