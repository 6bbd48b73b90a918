// Sealed projects handed from process to process: by socket, by /proc, by inheritance, across users and namespaces.
//
// SPDX-License-Identifier: MIT
#include "../api/api_sealed.hpp"
#include "process_namespace.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

using namespace process;

namespace {

// A Unix socket that descriptors are sent through.
class Socket {
public:
  Socket() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_) == 0); }
  Socket(const Socket &) = delete;
  Socket &operator=(const Socket &) = delete;
  ~Socket() {
    close(ends_[0]);
    close(ends_[1]);
  }

  bool send(int fd) { return exchange(&fd, true); }
  // -1 where none came.
  int receive() {
    int fd = -1;
    return exchange(&fd, false) ? fd : -1;
  }

private:
  bool exchange(int *fd, bool out) const {
    char byte = 'd';
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof *fd)] = {};
    iovec piece = {&byte, 1};
    msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (!out) {
      if (recvmsg(ends_[1], &message, MSG_CMSG_CLOEXEC) != 1 || CMSG_FIRSTHDR(&message) == nullptr) return false;
      std::memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof *fd);
      return true;
    }
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof *fd);
    std::memcpy(CMSG_DATA(header), fd, sizeof *fd);
    return sendmsg(ends_[0], &message, 0) == 1;
  }

  int ends_[2] = {-1, -1};
};

// For children: whether a descriptor's project can be attached and begins with that value.
bool reads(int fd, double first) {
  cshm_attachment attachment{0};
  return cshm_attach_fd(fd, nullptr, &attachment, nullptr) == CSHM_OK && first_value(attachment) == first &&
         cshm_detach(attachment, nullptr) == CSHM_OK;
}

// For children: every way to change what a descriptor stands for must be refused.
bool can_change(int fd) {
  const std::string self = "/proc/self/fd/" + std::to_string(fd);
  const int reopened = open(self.c_str(), O_RDWR | O_CLOEXEC); // may be refused, too
  bool can = false;
  for (const int way : {fd, reopened})
    can = can || pwrite(way, "x", 1, 8192) == 1 || ftruncate(way, 4096) == 0 || ftruncate(way, 1 << 24) == 0 ||
          fallocate(way, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 8192) == 0 ||
          fallocate(way, FALLOC_FL_ZERO_RANGE, 0, 8192) == 0 || fallocate(way, 0, 0, 1 << 24) == 0 ||
          mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, way, 0) != MAP_FAILED;
  void *readable = mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0);
  can = can || readable == MAP_FAILED || mprotect(readable, 4096, PROT_READ | PROT_WRITE) == 0;
  (void)munmap(readable, 4096);
  if (reopened >= 0) close(reopened);
  return can;
}

// Whether any process that we may look at has the memory of a sealed project, open or mapped.
bool is_held(const std::string &project) {
  const std::string name = "/memfd:cute-shm." + project + ".";
  for (const auto &process : fs::directory_iterator("/proc")) {
    std::error_code gone;
    std::ifstream maps(process.path() / "maps");
    for (std::string line; std::getline(maps, line);)
      if (line.find(name) != std::string::npos) return true;
    for (fs::directory_iterator entry(process.path() / "fd", gone), end; entry != end; entry.increment(gone))
      if (fs::read_symlink(entry->path(), gone).string().rfind(name, 0) == 0) return true;
  }
  return false;
}

} // namespace

TEST_CASE("a sealed project is handed over through a Unix socket, and nobody who gets it can change it") {
  Store store;
  const std::string project = unique_name("socket");
  Attachment published;
  Socket socket;
  Child receiver([&](Child &) {
    const int fd = socket.receive();
    return fd >= 0 && reads(fd, 5) && !can_change(fd) && reads(fd, 5) ? 0 : 1;
  });
  share_sealed(store, project, 5, published);
  REQUIRE(socket.send(export_fd(published)));
  REQUIRE(receiver.wait() == 0);
  REQUIRE(values_at(published, "a") == ramp(6, 5));
}

TEST_CASE("a sealed project is handed over by its place in /proc") {
  Store store;
  Attachment published;
  share_sealed(store, unique_name("proc"), 6, published);
  const Descriptor given = export_fd(published);
  const std::string path = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(given);
  REQUIRE(run({beside("attach_given"), path, "6"}) == 0);
}

TEST_CASE("a sealed project is inherited over exec where its descriptor is meant to be, and only then") {
  Store store;
  Attachment published;
  share_sealed(store, unique_name("exec"), 7, published);
  const Descriptor given = export_fd(published);
  REQUIRE(run({beside("attach_given"), std::to_string(given), "7"}) == 100 + CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE(fcntl(given, F_SETFD, 0) == 0);
  REQUIRE(run({beside("attach_given"), std::to_string(given), "7"}) == 0);
}

TEST_CASE("a child of fork has its parent's sealed projects, and hands them on") {
  Store store;
  const std::string project = unique_name("fork");
  Attachment published;
  share_sealed(store, project, 8, published);
  const cshm_attachment inherited = published;
  Socket socket;
  Child child([&](Child &) {
    int32_t fd = -1;
    if (first_value(inherited) != 8 || cshm_attachment_export_fd(inherited, &fd, nullptr) != CSHM_OK) return 1;
    return reads(fd, 8) && socket.send(fd) && cshm_detach(inherited, nullptr) == CSHM_OK ? 0 : 2;
  });
  REQUIRE(child.wait() == 0);
  Attachment attached;
  attach_fd(Descriptor(socket.receive()), attached);
  REQUIRE(describe(attached).base == describe(published).base);
}

TEST_CASE("another user in other namespaces, with a /dev/shm of its own, reads a sealed project and cannot change it") {
  Store store;
  Attachment published;
  Socket socket;
  share_sealed(store, unique_name("namespace"), 9, published);
  REQUIRE(socket.send(export_fd(published)));
  REQUIRE(in_child([&] {
            if (!own_tmpfs("/dev/shm", "size=64k", CLONE_NEWPID)) return 97;
            return unprivileged([&] {
              if (!fs::is_empty("/dev/shm") || getpid() != 1) return 1;
              const int fd = socket.receive();
              if (fd < 0 || can_change(fd)) return 2;
              return reads(fd, 9) ? 0 : 3;
            });
          }) == 0);
  REQUIRE(values_at(published, "a") == ramp(6, 9));
}

TEST_CASE("a reader goes on when the producer is killed, from a mapping or from a descriptor alone; then all is gone") {
  Store store;
  const std::string project = unique_name("killed");
  Socket socket;
  Child producer([&](Child &self) {
    cshm_attachment published{0};
    int32_t fd = -1;
    if (!share_sealed_plain(store, project, 4, &published) ||
        cshm_attachment_export_fd(published, &fd, nullptr) != CSHM_OK || !socket.send(fd))
      return 1;
    self.reached();
    return 2;
  });
  producer.wait_reached();
  Descriptor given(socket.receive());
  Attachment before, after;
  attach_fd(given, before);
  producer.kill();
  REQUIRE(producer.wait() == 128 + SIGKILL);
  REQUIRE(values_at(before, "a") == ramp(6, 4));
  before.release();
  REQUIRE(is_held(project));
  attach_fd(given, after);
  given.reset();
  REQUIRE(values_at(after, "a") == ramp(6, 4));
  REQUIRE(is_held(project));
  after.release();
  REQUIRE_FALSE(is_held(project));
}

TEST_CASE("a producer that is killed before it publishes leaves nothing") {
  Store store;
  const std::string project = unique_name("early");
  Child producer([&](Child &self) {
    cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
    options.sealed = 1;
    cshm_builder builder{0};
    if (cshm_builder_open(store, project.c_str(), &options, &builder, nullptr) != CSHM_OK ||
        cshm_builder_allocate(builder, nullptr) != CSHM_OK)
      return 1;
    self.reached();
    return 2;
  });
  producer.wait_reached();
  REQUIRE(is_held(project));
  producer.kill();
  REQUIRE(producer.wait() == 128 + SIGKILL);
  REQUIRE_FALSE(is_held(project));
  REQUIRE_FALSE(fs::exists(store.root()));
}

TEST_CASE("a small /dev/shm does not limit sealed projects, and the process's own limit does") {
  Store store;
  REQUIRE(in_child([&] {
            if (!own_tmpfs("/dev/shm", "size=8m")) return 97;
            const int64_t nbytes = 32 << 20;
            cshm_builder builder{0};
            cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
            cshm_attachment published{0};
            Error err;
            options.sealed = 1;
            const rlimit small = {1 << 20, RLIM_INFINITY}, large = {RLIM_INFINITY, RLIM_INFINITY};
            if (cshm_builder_open(store, "large", &options, &builder, err) != CSHM_OK ||
                cshm_builder_array(builder, "a", "|u1", 1, &nbytes, CSHM_ORDER_C, nullptr, err) != CSHM_OK ||
                setrlimit(RLIMIT_FSIZE, &small) != 0)
              return 1;
            if (cshm_builder_allocate(builder, err) != CSHM_ERR_NO_SPACE ||
                err.message().find("file-size limit") == std::string::npos)
              return 2;
            return setrlimit(RLIMIT_FSIZE, &large) == 0 && cshm_builder_allocate(builder, err) == CSHM_OK &&
                           cshm_builder_publish(builder, &published, err) == CSHM_OK
                       ? 0
                       : 3;
          }) == 0);
}

TEST_CASE("where /proc is not mounted, sealed projects are attached and handed on, and not made") {
  Store store;
  Attachment published;
  share_sealed(store, unique_name("noproc"), 3, published);
  const Descriptor given = export_fd(published);
  REQUIRE(in_child([&] {
            if (!own_tmpfs("/proc", "size=1m")) return 97;
            cshm_attachment attached{0}, none{0};
            cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
            options.mode = CSHM_PRIVATE; // a mapping of its own
            int32_t fd = -1;
            if (cshm_attach_fd(given, &options, &attached, nullptr) != CSHM_OK || first_value(attached) != 3) return 1;
            if (cshm_attachment_export_fd(attached, &fd, nullptr) != CSHM_OK || !reads(fd, 3)) return 2;
            if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY || (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0) return 3;
            Error err;
            if (share_sealed_plain(store, "none", 0, &none, err)) return 4;
            return err.raw.status == CSHM_ERR_UNSUPPORTED && err.message().find("/proc") != std::string::npos ? 0 : 5;
          }) == 0);
}

TEST_CASE("who takes the right to open it away from all keeps nobody from attaching and handing on") {
  Store store;
  Attachment published;
  share_sealed(store, unique_name("mode"), 3, published);
  const Descriptor given = export_fd(published);
  REQUIRE(fchmod(given, 0) == 0);
  REQUIRE(unprivileged([&] {
            cshm_attachment attached{0};
            int32_t fd = -1;
            return cshm_attach_fd(given, nullptr, &attached, nullptr) == CSHM_OK &&
                           cshm_attachment_export_fd(attached, &fd, nullptr) == CSHM_OK && reads(fd, 3)
                       ? 0
                       : 1;
          }) == 0);
}

TEST_CASE(
    "a child that was forked while its parent filled keeps it from sealing as long as it could write, no longer") {
  Store store;
  const std::string project = unique_name("forked");
  const cshm_builder builder = open_sealed(store, project);
  const int64_t shape = 6;
  Error err;
  void *data = nullptr;
  REQUIRE_OK(cshm_builder_array(builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, err), err);
  REQUIRE_OK(cshm_builder_allocate(builder, err), err);
  REQUIRE_OK(cshm_builder_map(builder, 0, &data, nullptr, err), err);
  Attachment published;
  Child child([&](Child &self) {
    self.reached();
    return 0;
  });
  child.wait_reached();
  REQUIRE_STATUS(cshm_builder_publish(builder, published.out(), err), err, CSHM_ERR_STATE);
  require_words(err, {project, "forked", "publish again"});
  child.go_on();
  REQUIRE(child.wait() == 0);
  REQUIRE_OK(cshm_builder_publish(builder, published.out(), err), err);
  REQUIRE(values_at(published, "a") == std::vector<double>(6, 0.0));
}

TEST_CASE("a child that was forked amid small writes is in nobody's way, and may give the builder up") {
  Store store;
  const std::string project = unique_name("small");
  const cshm_builder builder = open_sealed(store, project);
  const int64_t shape = 100;
  Error err;
  REQUIRE_OK(cshm_builder_array(builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, err), err);
  REQUIRE_OK(cshm_builder_allocate(builder, err), err);
  for (uint64_t i = 0; i < 100; i++) {
    const auto value = static_cast<double>(i);
    REQUIRE_OK(cshm_builder_write(builder, 0, i * 8, &value, 8, err), err);
  }
  REQUIRE(sealed_mappings(project) == 1); // the window, or this proves nothing
  Attachment published;
  Child child([&](Child &self) {
    if (sealed_mappings(project) != 0 || cshm_builder_abort(builder, nullptr) != CSHM_OK) return 1;
    self.reached();
    return 0;
  });
  child.wait_reached();
  REQUIRE_OK(cshm_builder_publish(builder, published.out(), err), err);
  REQUIRE(values_at(published, "a") == ramp(100));
  child.go_on();
  REQUIRE(child.wait() == 0);
}
