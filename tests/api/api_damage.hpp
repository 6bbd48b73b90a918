// Damaging segments and manifests on purpose, and reading what is left without trusting it.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "api_fixture.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace api {

// Places in the header, from docs/format.md.
constexpr size_t OFFSET_MAJOR = 8;
constexpr size_t OFFSET_MINOR = 10;
constexpr size_t OFFSET_INDEX_SIZE = 40;
constexpr size_t OFFSET_INDEX_CHECKSUM = 80;
constexpr size_t OFFSET_HEADER_CHECKSUM = 4024;
constexpr size_t INDEX = 4096;

// What one byte is changed by.
constexpr unsigned char MASKS[] = {0x01, 0x80, 0xff};

// A segment's bytes, in memory and in /dev/shm.
class Bytes {
public:
  explicit Bytes(const fs::path &path) : path_(path), text_(slurp(path)) {}

  const fs::path &path() const { return path_; }
  std::string &text() { return text_; }
  size_t index_end() const { return INDEX + get<uint64_t>(OFFSET_INDEX_SIZE); }

  template <class T>
  T get(size_t at) const {
    T value;
    std::memcpy(&value, text_.data() + at, sizeof value);
    return value;
  }
  template <class T>
  void put(size_t at, T value) {
    if (at + sizeof value <= text_.size()) std::memcpy(text_.data() + at, &value, sizeof value);
  }

  void save() const { write(0, text_.size()); }

  // These bytes only, as they are here.
  void write(size_t at, size_t count) const {
    const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const ssize_t written = pwrite(file, text_.data() + at, count, static_cast<off_t>(at));
    close(file);
    if (written != static_cast<ssize_t>(count)) FAIL(path_ << ": cannot be written");
  }

  // One byte, here and there.
  void flip(size_t at, unsigned char mask) {
    text_[at] = static_cast<char>(text_[at] ^ static_cast<char>(mask));
    write(at, 1);
  }

  // Makes both checksums right again.
  void seal() {
    const uint64_t size = get<uint64_t>(OFFSET_INDEX_SIZE);
    if (size <= text_.size() - INDEX) put<uint64_t>(OFFSET_INDEX_CHECKSUM, XXH3_64bits(text_.data() + INDEX, size));
    put<uint64_t>(OFFSET_HEADER_CHECKSUM, XXH3_64bits(text_.data(), OFFSET_HEADER_CHECKSUM));
  }

  // The same, there, too.
  void reseal() {
    seal();
    write(OFFSET_INDEX_CHECKSUM, 8);
    write(OFFSET_HEADER_CHECKSUM, 8);
  }

private:
  fs::path path_;
  std::string text_;
};

// A manifest and its segment. A damaged segment may say that its owner is dead, and then both are rightly removed.
class Pair {
public:
  Pair(const Store &store, const std::string &project)
      : segment(segments_of(project).at(0)), manifest_(store.manifest(project)), text_(slurp(manifest_)) {}

  void restore_if_gone() const {
    if (fs::exists(segment.path()) && fs::exists(manifest_)) return;
    segment.save();
    spill(manifest_, text_);
    fs::permissions(manifest_, fs::perms::owner_read | fs::perms::owner_write);
  }

  Bytes segment;

private:
  fs::path manifest_;
  std::string text_;
};

// Ends the whole program if the scope lasts longer: a hang is a failure, too.
class Deadline {
public:
  explicit Deadline(unsigned seconds) { alarm(seconds); }
  Deadline(const Deadline &) = delete;
  Deadline &operator=(const Deadline &) = delete;
  ~Deadline() { alarm(0); }
};

inline std::string replaced(std::string text, const std::string &from, const std::string &to) {
  REQUIRE(text.find(from) != std::string::npos);
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

inline cshm_status try_attach(cshm_store store, const std::string &project, Error &err) {
  cshm_attachment attachment{0};
  const cshm_status status = cshm_attach(store, project.c_str(), nullptr, &attachment, err);
  if (status == CSHM_OK) REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
  return status;
}

namespace detail {

// The bytes [data, data + nbytes) must lie in the mapping: nothing outside may ever be handed out.
inline std::string bytes_in(const cshm_attachment_info &info, const void *data, uint64_t nbytes) {
  const auto base = reinterpret_cast<uintptr_t>(info.base), first = reinterpret_cast<uintptr_t>(data);
  if (first < base || first - base > info.nbytes || nbytes > info.nbytes - (first - base))
    FAIL("data of " << nbytes << " bytes at offset " << static_cast<int64_t>(first - base) << " of " << info.nbytes);
  uint64_t sum = 0;
  for (uint64_t i = 0; i < nbytes; i++)
    sum = sum * 31 + static_cast<const unsigned char *>(data)[i];
  return std::to_string(nbytes) + ":" + std::to_string(sum);
}

inline std::string shape_text(uint32_t ndim, const int64_t *shape) {
  if (ndim > CSHM_MAX_NDIM) FAIL(ndim << " dimensions");
  std::string text = "(";
  for (uint32_t i = 0; i < ndim; i++) {
    if (shape[i] < 0) FAIL("length " << shape[i]);
    text += std::to_string(shape[i]) + ",";
  }
  return text + ")";
}

// The last element must end inside the array's bytes, which are just as many as its shape makes.
inline void check_strides(const cshm_array_view &view) {
  uint64_t last = 0, count = 1;
  for (uint32_t i = 0; i < view.ndim; i++) {
    count *= static_cast<uint64_t>(view.shape[i]);
    if (view.shape[i] > 0) last += static_cast<uint64_t>(view.shape[i] - 1) * static_cast<uint64_t>(view.strides[i]);
  }
  if (count * view.itemsize != view.nbytes || (count > 0 && last + view.itemsize != view.nbytes))
    FAIL(view.nbytes << " bytes do not suit shape and strides");
}

inline std::string array_text(cshm_attachment attachment, const cshm_attachment_info &info, uint32_t node) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  Error err;
  if (cshm_attachment_view(attachment, node, &view, err) != CSHM_OK) FAIL(err.message());
  check_strides(view);
  return std::string(" ") + view.dtype + shape_text(view.ndim, view.shape) + std::to_string(view.order) +
         bytes_in(info, view.data, view.nbytes);
}

inline std::string attribute_text(cshm_attachment attachment, const cshm_attachment_info &info, uint32_t node,
                                  uint32_t index) {
  cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
  Error err;
  if (cshm_attribute_at(attachment, node, index, &attribute, err) != CSHM_OK) FAIL(err.message());
  return std::string(" @") + attribute.name + " " + attribute.dtype + shape_text(attribute.ndim, attribute.shape) +
         bytes_in(info, attribute.data, attribute.nbytes);
}

inline std::string node_text(cshm_attachment attachment, const cshm_attachment_info &info, uint32_t number) {
  cshm_node node = CSHM_NODE_INIT, found = CSHM_NODE_INIT;
  Error err;
  if (cshm_node_at(attachment, number, &node, err) != CSHM_OK) FAIL(err.message());
  if (node.end <= number || node.end > info.node_count || (number > 0 && node.parent >= number))
    FAIL("node " << number << " has end " << node.end << " and parent " << node.parent);
  // May fail on a hash that lies; must not crash.
  (void)cshm_node_find(attachment, node.path, &found, nullptr);
  std::string text = std::string(node.path) + "|" + node.name;
  if (node.kind == CSHM_ARRAY) text += array_text(attachment, info, number);
  for (uint32_t i = 0; i < node.attribute_count; i++)
    text += attribute_text(attachment, info, number, i);
  return text + "\n";
}

} // namespace detail

// Everything there is in an attached project, as a text; checks that no pointer leads out of the mapping.
inline std::string tree_text(cshm_attachment attachment) {
  const cshm_attachment_info info = describe(attachment);
  std::string text = std::string(info.project) + "|" + info.root + "\n";
  for (uint32_t i = 0; i < info.node_count; i++)
    text += detail::node_text(attachment, info, i);
  for (uint32_t i = 0; i < info.note_count; i++) {
    cshm_note note = CSHM_NOTE_INIT;
    if (cshm_note_at(attachment, i, &note, nullptr) != CSHM_OK) FAIL("note " << i);
    text += std::string(note.key) + "=" + note.text + "\n";
  }
  return text;
}

// A fresh attachment's tree, or the name of the status that refused it.
inline std::string tree_or_status(cshm_store store, const std::string &project) {
  Attachment attachment;
  const cshm_status status = cshm_attach(store, project.c_str(), nullptr, attachment.out(), nullptr);
  return status == CSHM_OK ? tree_text(attachment) : cshm_status_name(status);
}

inline std::string tree_of(cshm_store store, const std::string &project) {
  const std::string tree = tree_or_status(store, project);
  REQUIRE(tree.rfind("CSHM_ERR_", 0) != 0);
  return tree;
}

} // namespace api
