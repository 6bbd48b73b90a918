// SPDX-License-Identifier: MIT
#include "faults.hpp"

#include "../process/process_namespace.hpp"

#include <cerrno>
#include <iostream>

namespace faults {

// An interruption is none: it must not be seen.
std::vector<int> errors_of(shim_kind kind) {
  switch (kind) {
  case SHIM_OPEN:
    return {EMFILE, EACCES, ENOMEM, ENOSPC, EIO, EINTR};
  case SHIM_CLOSE:
    return {EIO, EINTR};
  case SHIM_FCNTL:
    return {EACCES, EMFILE, ENOMEM};
  case SHIM_AWAIT:
  case SHIM_FLOCK:
    return {ENOMEM, EIO, EINTR};
  case SHIM_STAT:
  case SHIM_ACCESS:
  case SHIM_UNLINK:
    return {EACCES, ENOMEM, EIO};
  case SHIM_MAP:
  case SHIM_PROTECT:
  case SHIM_PATH:
    return {ENOMEM, EACCES};
  case SHIM_RESERVE:
    return {ENOSPC, ENOMEM, EIO, EINTR};
  case SHIM_SYNC:
    return {ENOSPC, EIO, EINTR};
  case SHIM_TRUNCATE:
    return {EACCES, EIO, EINTR};
  case SHIM_MEMFD:
    return {EMFILE, ENOMEM};
  case SHIM_READ:
    return {EIO, ENOMEM, EINTR};
  case SHIM_WRITE:
    return {ENOSPC, EIO, EINTR};
  case SHIM_LINK:
  case SHIM_RENAME:
  case SHIM_MKDIR:
    return {ENOSPC, EACCES, ENOMEM, EIO};
  case SHIM_CHMOD:
  case SHIM_CHOWN:
    return {EACCES, EIO};
  case SHIM_RANDOM:
  case SHIM_STATVFS:
    return {EIO, EINTR};
  case SHIM_DIRECTORY:
    return {ENOMEM, EIO};
  case SHIM_FUTEX:
  case SHIM_WAIT: // it fails in no other way while the child is there
    return {EINTR};
  case SHIM_SPAWN:
    return {ENOMEM, EAGAIN};
  case SHIM_SOCKET:
    return {EMFILE, ENFILE, ENOMEM};
  case SHIM_SEND:
    return {ENOBUFS, EPIPE, ECONNRESET, ETOOMANYREFS, EINTR};
  case SHIM_RECEIVE:
    return {ENOMEM, ECONNRESET, EINTR};
  case SHIM_POLL:
    return {ENOMEM, EINTR};
  case SHIM_SIGNAL:
    return {EPERM};
  case SHIM_HEAP:
    return {ENOMEM};
  default: // the kernel never refuses to unmap a whole mapping
    return {};
  }
}

void require_told(cshm_status status, const cshm_error &err) {
  const std::string message = err.message;
  REQUIRE(err.status == status);
  REQUIRE(message.size() > 15);
  REQUIRE(message.find('\n') == std::string::npos);
  if (const char *file = getenv("CUTESHM_FAULT_WORDS")) // for who wants to read them all
    std::ofstream(file, std::ios::app) << cshm_status_name(status) << ": " << message << '\n';
}

namespace {

struct Fault {
  shim_kind kind;
  shim_action action;
  int error;
};

std::vector<Fault> faults_of(shim_kind kind) {
  std::vector<Fault> faults;
  for (const int error : errors_of(kind))
    faults.push_back({kind, SHIM_FAIL, error});
  if (kind == SHIM_READ || kind == SHIM_WRITE || kind == SHIM_RANDOM) faults.push_back({kind, SHIM_SHORT, 0});
  if (kind == SHIM_HEAP) faults.push_back({kind, SHIM_FAIL_ONWARD, ENOMEM});
  if (kind == SHIM_OPEN) faults.push_back({kind, SHIM_FAIL_ONWARD, EMFILE});
  return faults;
}

class Sweep {
public:
  Sweep(const Store &store, const Operation &operation) : store_(store), operation_(operation) {}

  Counts all() {
    warm_up();
    for (int kind = 0; kind < SHIM_KINDS; kind++) {
      const std::vector<Fault> faults = faults_of(static_cast<shim_kind>(kind));
      if (faults.empty()) continue;
      if (!operation_.turns || is_long())
        for (const Fault &fault : faults)
          each_call([&](unsigned long) { return fault; });
      else
        each_call([&](unsigned long n) { return faults[(n - 1) % faults.size()]; });
    }
    return counts_;
  }

private:
  // What grows once has grown then.
  void warm_up() {
    cshm_error err = CSHM_ERROR_INIT;
    operation_.clear();
    operation_.prepare();
    INFO(err.message);
    REQUIRE(operation_.run(&err) == CSHM_OK);
    operation_.give_back();
    (void)operation_.look();
  }

  void each_call(const std::function<Fault(unsigned long)> &choose) {
    for (unsigned long n = 1; once(choose(n), n); n++)
      counts_.faults++;
  }

  // False: the fault was not met.
  bool once(const Fault &fault, unsigned long n) {
    bool fired = false;
    cshm_error err = CSHM_ERROR_INIT;
    operation_.clear();
    const Holdings before = holdings();
    operation_.prepare();
    const Holdings held = operation_.ends ? before : holdings();
    shim_watch();
    shim_arm({fault.kind, n, fault.action, fault.error, operation_.may_be_less});
    const cshm_status status = operation_.run(&err);
    (void)shim_disarm(&fired);
    operation_.give_back();
    const long live = shim_live_blocks();

    INFO(operation_.name << ": call " << n << " of kind " << shim_kind_name(fault.kind) << " (" << shim_met() << ") "
                         << (fault.action == SHIM_SHORT ? "moves one byte" : strerror(fault.error))
                         << (fault.action == SHIM_FAIL_ONWARD ? ", and all after it" : ""));
    INFO(cshm_status_name(status) << ": " << err.message);
    const Holdings now = holdings();
    const long kept = status == CSHM_OK ? operation_.keeps : 0;
    CHECK(live == kept);
    const bool ended = judge(fault, fired, status, err);
    if (operation_.ends && !ended) return fired;
    CHECK(now.descriptors == held.descriptors + static_cast<size_t>(kept));
    CHECK(now.mappings == held.mappings);
    CHECK(now.handles == held.handles);
    return fired;
  }

  // Whether it has happened.
  bool judge(const Fault &fault, bool fired, cshm_status status, const cshm_error &err) {
    const bool invisible = !fired || fault.action == SHIM_SHORT || fault.error == EINTR;
    const std::string found = operation_.look();
    if (invisible) CHECK(status == CSHM_OK);
    if (status == CSHM_OK && fault.kind == SHIM_READ && !invisible && operation_.may_be_less &&
        found.rfind("less", 0) == 0) {
      counts_.harmless++;
    } else if (status == CSHM_OK) {
      CHECK(found == operation_.after);
      counts_.harmless += fired ? 1 : 0;
    } else {
      counts_.failed++;
      require_told(status, err);
      if (!operation_.failed_is_undecided || found != operation_.after) CHECK(found == operation_.before);
    }
    tidy(store_);
    CHECK(leftovers(store_, operation_.project, found != "none", operation_.others).empty());
    return found == operation_.after;
  }

  const Store &store_;
  const Operation &operation_;
  Counts counts_;
};

size_t count_mappings() {
  std::ifstream maps("/proc/self/maps");
  size_t count = 0;
  for (std::string line; std::getline(maps, line);)
    count += line.find("/dev/shm/") != std::string::npos || line.find("/memfd:") != std::string::npos ? 1 : 0;
  return count;
}

// Where that can be had, /dev/shm is this program's own: what others have there would be looked at in each of thousands of runs.
const bool alone = geteuid() == 0 && process::own_tmpfs("/dev/shm", "size=64m");

} // namespace

bool is_long() {
  const char *wanted = getenv("CUTESHM_LONG");
  return wanted != nullptr && std::string(wanted) == "1";
}

Holdings holdings() {
  Holdings held;
  for (const auto &entry : fs::directory_iterator("/proc/self/fd"))
    held.descriptors += entry.is_symlink() ? 1 : 0;
  held.mappings = count_mappings();
  held.handles = cshm_live_handles();
  return held;
}

void tidy(const Store &store) {
  Error err;
  REQUIRE_OK(cshm_store_collect(store, nullptr, nullptr, err), err);
}

Counts fail_every_step(const Store &store, const Operation &operation) {
  const Counts counts = Sweep(store, operation).all();
  std::cout << operation.name << ": " << counts.faults << " faults, " << counts.failed << " told, " << counts.harmless
            << " harmless\n";
  return counts;
}

std::string state_of(const Store &store, const std::string &project) {
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = CSHM_PRIVATE; // never one that is mapped already
  Error err;
  Attachment attachment;
  const cshm_status status = cshm_attach(store, project.c_str(), &options, attachment.out(), err);
  if (status == CSHM_ERR_NOT_FOUND) return "none";
  REQUIRE_OK(status, err);
  const cshm_attachment_info info = describe(attachment);
  for (uint32_t i = 0; i < info.note_count; i++) {
    cshm_note note = CSHM_NOTE_INIT;
    REQUIRE_OK(cshm_note_at(attachment, i, &note, err), err);
    if (note.kind == CSHM_NOTE_SKIPPED) return std::string("less: ") + note.key + ": " + note.text;
  }
  const std::vector<double> values = values_at(attachment, "a");
  REQUIRE(values == ramp(6, values.at(0)));
  REQUIRE(values_at(attachment, "b/b1") == ramp(12, values[0] + 100));
  return std::to_string(static_cast<int>(values[0]));
}

std::vector<std::string> leftovers(const Store &store, const std::string &project, bool is_there,
                                   const std::vector<std::string> &others) {
  std::vector<std::string> found = segments_of(project), known = others;
  if (is_there && !found.empty()) found.erase(found.begin());
  known.push_back(project);
  if (!fs::exists(store.root())) return found;
  for (const auto &entry : fs::directory_iterator(store.root())) {
    const std::string name = entry.path().filename();
    const bool expected = std::any_of(known.begin(), known.end(), [&](const std::string &one) {
      return name == "cute-shm." + one + ".yaml" || name == "cute-shm." + one + ".toml";
    });
    if (!expected) found.push_back(name);
  }
  return found;
}

} // namespace faults
