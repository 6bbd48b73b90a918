// SPDX-License-Identifier: MIT
#include "builder_scratch.hpp"
extern "C" {
#include "adopt.h"
#include "hash.h"
}

namespace {

// A copy of the project's segment as another generation's; returns its name.
std::string copy_of(Scratch &scratch, const std::string &name, uint64_t generation, format_state state,
                    uint64_t created_ns) {
  char digits[17];
  snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(generation));
  const std::string made = name.substr(0, name.size() - 16) + digits;
  std::string bytes = scratch.read_file("/dev/shm/" + name);
  auto *header = reinterpret_cast<format_header *>(bytes.data());
  header->generation = generation;
  header->created_ns = created_ns;
  header->state = state;
  header->header_checksum = cshm__hash_bytes(header, offsetof(format_header, header_checksum));
  scratch.write_file("/dev/shm/" + made, bytes);
  return made;
}

} // namespace

TEST_CASE("the newest published segment is the project's, and one of another state only where a text names it",
          "[adopt]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  const std::string name = scratch.segments().at(0), project = scratch.project();
  const std::string newer = copy_of(scratch, name, 0xaa, FORMAT_PUBLISHED, UINT64_MAX - 1);
  const std::string retired = copy_of(scratch, name, 0xbb, FORMAT_RETIRED, UINT64_MAX);
  const auto find = [&](const std::string &text) {
    const char *const texts[] = {text.c_str(), nullptr};
    candidate found{};
    const cshm_status status = cshm__adopt_find(&scratch.where, -1, project.c_str(), texts, &found, nullptr);
    return status == CSHM_OK ? std::string(found.segment) : std::string(cshm_status_name(status));
  };
  CHECK(find("") == newer);
  CHECK(find("segment: \"" + retired + "\"") == newer);
  REQUIRE(unlink(("/dev/shm/" + newer).c_str()) == 0);
  CHECK(find("") == name);
  REQUIRE(unlink(("/dev/shm/" + name).c_str()) == 0);
  CHECK(find("") == "CSHM_ERR_NOT_FOUND");
  CHECK(find("segment: \"" + retired + "\"") == retired);
  candidate found{};
  CHECK(cshm__adopt_find(&scratch.where, -1, project.c_str(), nullptr, &found, nullptr) == CSHM_ERR_NOT_FOUND);
}

TEST_CASE("a segment to which a manifest of another prefix points is not adopted", "[adopt]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  int directory = -1;
  REQUIRE(cshm__platform_directory_open(scratch.root.c_str(), nullptr, false, &directory, nullptr) == CSHM_OK);
  candidate found{};
  const std::string text = scratch.read_file(scratch.manifest());
  REQUIRE(unlink(scratch.manifest().c_str()) == 0);
  CHECK(cshm__adopt_find(&scratch.where, directory, scratch.project().c_str(), nullptr, &found, nullptr) == CSHM_OK);
  scratch.write_file(scratch.root + "/other." + scratch.project() + ".yaml", text);
  CHECK(cshm__adopt_find(&scratch.where, directory, scratch.project().c_str(), nullptr, &found, nullptr) ==
        CSHM_ERR_NOT_FOUND);
  cshm__platform_directory_close(directory);
}

TEST_CASE("a segment that was replaced since it was found is not adopted", "[adopt]") {
  Scratch scratch;
  REQUIRE(scratch.publish(1) == CSHM_OK);
  const std::string before = scratch.read_file(scratch.manifest());
  int directory = -1;
  candidate found{};
  REQUIRE(cshm__platform_directory_open(scratch.root.c_str(), nullptr, false, &directory, nullptr) == CSHM_OK);
  REQUIRE(cshm__adopt_find(&scratch.where, directory, scratch.project().c_str(), nullptr, &found, nullptr) == CSHM_OK);
  found.generation++;
  CHECK(cshm__adopt_segment(&scratch.where, directory, scratch.project().c_str(), &found, nullptr) ==
        CSHM_ERR_NOT_FOUND);
  CHECK(scratch.read_file(scratch.manifest()) == before);
  cshm__platform_directory_close(directory);
}
