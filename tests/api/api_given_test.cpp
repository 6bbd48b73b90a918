// Descriptors that others gave: what is no sealed project of ours is refused in words, whatever it is.
//
// SPDX-License-Identifier: MIT
#include "api_damage.hpp"
#include "api_sealed.hpp"

#include <sys/socket.h>

using namespace api;

namespace {

constexpr size_t OFFSET_FLAGS = 100;
constexpr size_t OFFSET_STATE = 4032;
constexpr int SIZE_SEALS = F_SEAL_SHRINK | F_SEAL_GROW;

// Must be refused, and leave nothing of itself.
void refuse(int fd, cshm_status wanted, std::initializer_list<std::string> words) {
  const Deadline deadline(20);
  const uint64_t handles = cshm_live_handles();
  const size_t descriptors = count_descriptors();
  for (const cshm_mode mode : {CSHM_READ_ONLY, CSHM_PRIVATE}) {
    CAPTURE(fd, mode);
    cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
    options.mode = mode;
    cshm_attachment none{0};
    Error err;
    REQUIRE_STATUS(cshm_attach_fd(fd, &options, &none, err), err, wanted);
    require_words(err, words);
    require_words(err, {"descriptor " + std::to_string(fd)});
    REQUIRE(none.id == 0);
  }
  REQUIRE(cshm_live_handles() == handles);
  REQUIRE(count_descriptors() == descriptors);
}

// The bytes of a sealed project, to be damaged.
Bytes sealed_bytes(cshm_attachment attachment) {
  const Descriptor given = export_fd(attachment);
  return Bytes("/proc/self/fd/" + std::to_string(given));
}

} // namespace

TEST_CASE("a descriptor that is not open is a programming error") {
  Descriptor closed(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = closed;
  closed.reset();
  for (const int fd : {-1, number, INT32_MAX, INT32_MIN, -100 /* AT_FDCWD */})
    refuse(fd, CSHM_ERR_INVALID_ARGUMENT, {"not open"});
  Store store;
  Attachment published;
  share_sealed(store, unique_name("path"), 1, published);
  const Descriptor given = export_fd(published);
  const Descriptor path(open(("/proc/self/fd/" + std::to_string(given)).c_str(), O_PATH | O_CLOEXEC));
  refuse(path, CSHM_ERR_INVALID_ARGUMENT, {"not open to be read"});
}

TEST_CASE("what is no file of memory is refused, without waiting for it") {
  int ends[2], sockets[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  const Descriptor reading(ends[0]), writing(ends[1]), left(sockets[0]), right(sockets[1]);
  const Descriptor zero(open("/dev/zero", O_RDWR | O_CLOEXEC)), folder(open("/", O_RDONLY | O_CLOEXEC));
  for (const int fd : {int{reading}, int{writing}, int{left}, int{right}, int{zero}, int{folder}})
    refuse(fd, CSHM_ERR_CORRUPT, {"is not that of a sealed project"});
}

TEST_CASE("what is not sealed is refused, whatever is in it: others could cut it") {
  Store store;
  const std::string project = unique_name("unsealed");
  Attachment published;
  share_sealed(store, project, 1, published);
  const std::string bytes = sealed_bytes(published).text();
  const fs::path file = store.folder() / "copy";
  spill(file, bytes);
  share_sample(store, project);
  for (const fs::path &path : {file, fs::path(segments_of(project).at(0))})
    refuse(Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC)), CSHM_ERR_PERMISSION, {"is refused", "export_fd"});
  for (const int seals : {0, F_SEAL_SHRINK, F_SEAL_GROW | F_SEAL_WRITE, F_SEAL_SHRINK | F_SEAL_WRITE, F_SEAL_SEAL})
    refuse(make_memory(bytes, seals), CSHM_ERR_PERMISSION, {"not sealed", "cut or change"});
  for (const int seals : {SIZE_SEALS, SIZE_SEALS | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL})
    refuse(make_memory(bytes, seals), CSHM_ERR_PERMISSION, {"not sealed", "could change"});
}

TEST_CASE("memory of which a part is missing is refused: a read of it could fail") {
  Store store;
  Attachment published;
  share_sealed(store, unique_name("sparse"), 1, published);
  const std::string bytes = sealed_bytes(published).text();
  const Descriptor sparse = make_memory(bytes, 0);
  REQUIRE(ftruncate(sparse, off_t{1} << 40) == 0);
  REQUIRE(fcntl(sparse, F_ADD_SEALS, ALL_SEALS) == 0);
  refuse(sparse, CSHM_ERR_CORRUPT, {std::to_string(uint64_t{1} << 40), std::to_string(bytes.size())});
}

TEST_CASE("sealed memory that is no segment, or none that is finished and sealed, is refused") {
  Store store;
  Attachment published;
  share_sealed(store, unique_name("other"), 1, published);
  Bytes whole = sealed_bytes(published);
  Bytes newer = whole, unflagged = whole, filled = whole;
  newer.put<uint16_t>(OFFSET_MAJOR, 2);
  unflagged.put<uint32_t>(OFFSET_FLAGS, 0);
  unflagged.seal();
  filled.put<uint32_t>(OFFSET_STATE, 1);
  refuse(make_memory("", ALL_SEALS), CSHM_ERR_CORRUPT, {"has 0 bytes"});
  refuse(make_memory("CUTESHM\n", ALL_SEALS), CSHM_ERR_CORRUPT, {"has 8 bytes"});
  refuse(make_memory(std::string(8192, 'x'), ALL_SEALS), CSHM_ERR_CORRUPT, {"wrong magic number"});
  refuse(make_memory(newer.text(), ALL_SEALS), CSHM_ERR_VERSION, {"newer cute-shm"});
  refuse(make_memory(unflagged.text(), ALL_SEALS), CSHM_ERR_CORRUPT, {"not a sealed one"});
  refuse(make_memory(filled.text(), ALL_SEALS), CSHM_ERR_CORRUPT, {"not finished"});
  std::string cut = whole.text();
  cut.resize(cut.size() - 4096);
  refuse(make_memory(cut, ALL_SEALS), CSHM_ERR_CORRUPT, {"is truncated", std::to_string(whole.text().size())});
}

TEST_CASE("whoever seals a damaged segment makes nobody crash: it is refused, or nothing outside it is handed out") {
  Store store;
  Attachment published;
  share_sealed(store, unique_name("damaged"), 1, published);
  const Bytes whole = sealed_bytes(published);
  const size_t descriptors = count_descriptors();
  size_t refused = 0;
  for (const bool resealed : {false, true})
    for (size_t at = 0; at < whole.index_end(); at += at < 256 || at >= INDEX ? 1 : 61)
      for (const unsigned char mask : MASKS) {
        Bytes damaged = whole;
        damaged.text()[at] = static_cast<char>(damaged.text()[at] ^ static_cast<char>(mask));
        if (resealed) damaged.seal();
        Attachment attached;
        const Descriptor given = make_memory(damaged.text(), ALL_SEALS);
        if (cshm_attach_fd(given, nullptr, attached.out(), nullptr) == CSHM_OK)
          (void)tree_text(attached);
        else
          refused++;
      }
  REQUIRE(refused > 1000);
  REQUIRE(count_descriptors() == descriptors);
}

TEST_CASE("a descriptor that could write, as the seals go, is as good") {
  Store store;
  Attachment published, attached, again;
  share_sealed(store, unique_name("writable"), 1, published);
  const Descriptor made = make_memory(sealed_bytes(published).text(), ALL_SEALS);
  const std::string path = "/proc/self/fd/" + std::to_string(made);
  const Descriptor writing(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  attach_fd(made, attached);
  attach_fd(writing, again);
  REQUIRE(values_at(attached, "a") == ramp(6, 1));
  REQUIRE(describe(attached).base == describe(again).base);
  REQUIRE((fcntl(export_fd(attached), F_GETFL) & O_ACCMODE) == O_RDONLY);
}

TEST_CASE("a copy that says it is another's generation is never mistaken for it, nor the other way") {
  Store store;
  const std::string project = unique_name("copy");
  Attachment published, copied, again;
  share_sealed(store, project, 1, published);
  Bytes bytes = sealed_bytes(published);
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  REQUIRE(cshm_attachment_view(published, 1, &view, nullptr) == CSHM_OK);
  bytes.put<double>(view.offset, 666); // data has no checksum
  const Descriptor made = make_memory(bytes.text(), ALL_SEALS);
  attach_fd(made, copied);
  REQUIRE(describe(copied).generation == describe(published).generation);
  REQUIRE(values_at(copied, "a")[0] == 666);
  REQUIRE(values_at(published, "a")[0] == 1);
  attach_fd(export_fd(published), again);
  REQUIRE(describe(again).base == describe(published).base);
}

TEST_CASE("a sealed copy of a store's project is not found by the store, and one in the store is no project") {
  Store store;
  const std::string project = unique_name("stored");
  share_sample(store, project, 40);
  Bytes bytes(segments_of(project).at(0));
  bytes.put<uint32_t>(OFFSET_FLAGS, 1);
  bytes.seal();
  const Descriptor made = make_memory(bytes.text(), ALL_SEALS);
  Attachment copied, stored;
  attach_fd(made, copied);
  REQUIRE(std::string(describe(copied).root) == "");
  attach(store, project, stored);
  REQUIRE(describe(stored).base != describe(copied).base);
  REQUIRE(describe(stored).sealed == 0);
  stored.release();

  bytes.save();
  Error err;
  REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_CORRUPT);
  require_words(err, {"sealed", "in no store"});
}
