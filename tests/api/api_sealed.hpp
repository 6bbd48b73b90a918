// Sealed projects: short ways to make them, and to look at what this process has of them.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "api_fixture.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace api {

// A descriptor that is closed at the end of the scope.
class Descriptor {
public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  Descriptor(Descriptor &&other) noexcept : number_(other.number_) { other.number_ = -1; }
  ~Descriptor() { reset(); }

  operator int() const { return number_; }
  void reset() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

private:
  int number_;
};

// For children, too: no Catch2. The sample's array "a" alone, of 6 values from `first` on; false where anything fails.
inline bool share_sealed_plain(cshm_store store, const std::string &project, double first, cshm_attachment *attachment,
                               cshm_error *err = nullptr) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.sealed = 1;
  cshm_builder builder{0};
  const int64_t shape = 6;
  const std::vector<double> values = ramp(6, first);
  const bool published = cshm_builder_open(store, project.c_str(), &options, &builder, err) == CSHM_OK &&
                         cshm_builder_array(builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, err) == CSHM_OK &&
                         cshm_builder_allocate(builder, err) == CSHM_OK &&
                         cshm_builder_write(builder, 0, 0, values.data(), 48, err) == CSHM_OK &&
                         cshm_builder_publish(builder, attachment, err) == CSHM_OK;
  if (!published) (void)cshm_builder_abort(builder, nullptr);
  return published;
}

inline void share_sealed(cshm_store store, const std::string &project, double first, Attachment &attachment) {
  Error err;
  const bool published = share_sealed_plain(store, project, first, attachment.out(), err);
  INFO(err.message());
  REQUIRE(published);
}

// A builder of a sealed project, not yet allocated.
inline cshm_builder open_sealed(cshm_store store, const std::string &project) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.sealed = 1;
  cshm_builder builder{0};
  Error err;
  REQUIRE_OK(cshm_builder_open(store, project.c_str(), &options, &builder, err), err);
  return builder;
}

inline Descriptor export_fd(cshm_attachment attachment) {
  int32_t fd = -1;
  Error err;
  REQUIRE_OK(cshm_attachment_export_fd(attachment, &fd, err), err);
  REQUIRE(fd >= 0);
  return Descriptor(fd);
}

inline void attach_fd(int fd, Attachment &attachment, cshm_mode mode = CSHM_READ_ONLY) {
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = mode;
  Error err;
  REQUIRE_OK(cshm_attach_fd(fd, &options, attachment.out(), err), err);
}

inline size_t count_descriptors() {
  return static_cast<size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

// Descriptors of this process that stand for the memory of a sealed project.
inline std::vector<int> sealed_descriptors(const std::string &project) {
  std::vector<int> found;
  for (const auto &entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (fs::read_symlink(entry.path(), gone).string().rfind("/memfd:cute-shm." + project + ".", 0) == 0)
      found.push_back(std::stoi(entry.path().filename().string()));
  }
  return found;
}

inline size_t sealed_mappings(const std::string &project) {
  std::ifstream maps("/proc/self/maps");
  size_t count = 0;
  for (std::string line; std::getline(maps, line);)
    if (line.find("/memfd:cute-shm." + project + ".") != std::string::npos) count++;
  return count;
}

// A memory file of these bytes, with these seals. It can be written to, as far as the seals allow.
inline Descriptor make_memory(const std::string &bytes, int seals) {
  Descriptor made(memfd_create("cute-shm test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  REQUIRE(made >= 0);
  REQUIRE(pwrite(made, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  REQUIRE(fcntl(made, F_ADD_SEALS, seals) == 0);
  return made;
}

constexpr int ALL_SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

} // namespace api
