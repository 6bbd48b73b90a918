// Statuses, versions and the error struct.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

#include <set>

using namespace api;

TEST_CASE("every status has a name of its own, and an unknown one says so") {
  std::set<std::string> names;
  for (int32_t status = CSHM_OK; status <= CSHM_ERR_TIMEOUT; status++)
    names.insert(cshm_status_name(status));
  REQUIRE(names.size() == static_cast<size_t>(CSHM_ERR_TIMEOUT) + 1);
  REQUIRE(names.count("CSHM_ERR_UNKNOWN") == 0);
  REQUIRE(std::string(cshm_status_name(CSHM_OK)) == "CSHM_OK");
  REQUIRE(std::string(cshm_status_name(CSHM_ERR_NOT_FOUND)) == "CSHM_ERR_NOT_FOUND");
  for (int32_t status : {-1, CSHM_ERR_TIMEOUT + 1, INT32_MAX, INT32_MIN})
    REQUIRE(std::string(cshm_status_name(status)) == "CSHM_ERR_UNKNOWN");
}

TEST_CASE("the library is of the version of its header") {
  REQUIRE(std::string(cshm_version()) == CSHM_VERSION_STRING);
  REQUIRE(cshm_abi_version() == CSHM_ABI_VERSION);
}

TEST_CASE("err may be NULL in a call that fails") {
  REQUIRE(cshm_attach(cshm_store{0}, "p", nullptr, nullptr, nullptr) != CSHM_OK);
  REQUIRE(cshm_detach(cshm_attachment{77}, nullptr) == CSHM_ERR_STALE_HANDLE);
}

TEST_CASE("err is untouched by every call that succeeds, over the life of a project") {
  Store store;
  const std::string project = unique_name("life");
  Error err;
  err.raw.status = 123;
  err.raw.sys_errno = 45;
  std::strcpy(err.raw.message, "mine");
  Listing none, listing;
  Attachment built, attached;
  Array array;
  cshm_builder builder{0};
  cshm_project listed = CSHM_PROJECT_INIT;
  int32_t current = 0;
  const double value = 1;
  // The root is not there yet, nor the manifest; then there is one to be overwritten; then it is gone again.
  REQUIRE(cshm_list(store, none.out(), err) == CSHM_OK);
  for (const uint32_t overwrite : {0u, 1u}) {
    cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
    options.overwrite = overwrite;
    Attachment fresh;
    REQUIRE(cshm_builder_open(store, project.c_str(), &options, &builder, err) == CSHM_OK);
    REQUIRE(cshm_builder_array(builder, "g/a", "<f8", 0, nullptr, CSHM_ORDER_C, nullptr, err) == CSHM_OK);
    REQUIRE(cshm_builder_attribute(builder, "g", "n", "<f8", 0, nullptr, &value, 8, err) == CSHM_OK);
    REQUIRE(cshm_builder_allocate(builder, err) == CSHM_OK);
    REQUIRE(cshm_builder_write(builder, 0, 0, &value, 8, err) == CSHM_OK);
    REQUIRE(cshm_builder_publish(builder, overwrite != 0 ? fresh.out() : built.out(), err) == CSHM_OK);
  }
  REQUIRE(cshm_attachment_is_current(built, &current, err) == CSHM_OK);
  REQUIRE(cshm_attach(store, project.c_str(), nullptr, attached.out(), err) == CSHM_OK);
  REQUIRE(cshm_array_open(attached, "g/a", array.out(), err) == CSHM_OK);
  REQUIRE(cshm_list(store, listing.out(), err) == CSHM_OK);
  REQUIRE(cshm_listing_project(listing, 0, &listed, err) == CSHM_OK);
  REQUIRE(cshm_unlink(store, project.c_str(), err) == CSHM_OK);
  REQUIRE(cshm_attachment_is_current(attached, &current, err) == CSHM_OK);
  REQUIRE(current == 0);
  REQUIRE(err.raw.status == 123);
  REQUIRE(err.raw.sys_errno == 45);
  REQUIRE(err.message() == "mine");
}

TEST_CASE("a caller's shorter err gets a whole string and not a byte past its end") {
  Store store;
  for (uint32_t size : {0u, 4u, 8u, 16u, 17u, 24u, 100u}) {
    alignas(cshm_error) unsigned char memory[sizeof(cshm_error) + 64];
    std::memset(memory, 0x5a, sizeof memory);
    std::memcpy(memory, &size, sizeof size);
    auto *err = reinterpret_cast<cshm_error *>(memory);
    cshm_attachment attachment{0};
    REQUIRE(cshm_attach(store, "there-is-no-project-of-this-name", nullptr, &attachment, err) == CSHM_ERR_NOT_FOUND);
    const size_t written = std::max<size_t>(size, sizeof size);
    REQUIRE(std::all_of(memory + written, memory + sizeof memory, [](unsigned char c) { return c == 0x5a; }));
    if (size > 17) REQUIRE(std::memchr(err->message, 0, size - 16) != nullptr);
  }
}

TEST_CASE("a failing system call tells its errno") {
  Store store;
  fs::create_directory(store.root());
  fs::create_directory(store.folder() / "elsewhere");
  cshm_store plain{0};
  Error err;
  spill(store.folder() / "file", "");
  REQUIRE_STATUS(cshm_store_open((store.folder() / "file").c_str(), nullptr, &plain, err), err, CSHM_ERR_BAD_NAME);
  require_words(err, {(store.folder() / "file").string()});
}

TEST_CASE("out-parameters are written on success only") {
  Store store;
  Error err;
  cshm_attachment attachment{4711};
  REQUIRE_STATUS(cshm_attach(store, "nobody", nullptr, &attachment, err), err, CSHM_ERR_NOT_FOUND);
  REQUIRE(attachment.id == 4711);
  cshm_builder builder{4711};
  REQUIRE_STATUS(cshm_builder_open(store, "no/good", nullptr, &builder, err), err, CSHM_ERR_BAD_NAME);
  REQUIRE(builder.id == 4711);
  uint64_t count = 4711;
  REQUIRE_STATUS(cshm_listing_count(cshm_listing{1}, &count, err), err, CSHM_ERR_STALE_HANDLE);
  REQUIRE(count == 4711);
}
