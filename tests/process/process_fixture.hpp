// Children: functions run in a forked process, and programs of ours run beside the test.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "../api/api_fixture.hpp"

#include <cmath>
#include <csignal>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

namespace process {

using namespace api;

// A forked child that runs a function and ends by _exit with its result; the function tells nothing to Catch2, whose
// output would come twice. A child that lasts a minute is stuck, and is ended by its alarm.
class Child {
public:
  explicit Child(const std::function<int(Child &)> &work) {
    REQUIRE(pipe(up_) == 0);
    REQUIRE(pipe(down_) == 0);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ != 0) return;
    // The reporter's handlers are not for children: a fault here must look like one to the parent.
    for (int number : {SIGSEGV, SIGBUS, SIGABRT, SIGTERM, SIGFPE, SIGILL})
      (void)::signal(number, SIG_DFL);
    alarm(60);
    _exit(work(*this));
  }
  Child(const Child &) = delete;
  Child &operator=(const Child &) = delete;
  ~Child() {
    if (pid_ > 0) {
      kill();
      (void)wait();
    }
    for (int end : {up_[0], up_[1], down_[0], down_[1]})
      close(end);
  }

  // Called by the child: tells the parent that it has come so far, and waits to be told to go on.
  void reached() {
    char token = 'r';
    if (write(up_[1], &token, 1) != 1 || read(down_[0], &token, 1) != 1) _exit(99);
  }

  // Called by the parent: waits for the child to call reached().
  void wait_reached() {
    char token = 0;
    close_end(up_[1]);
    REQUIRE(read(up_[0], &token, 1) == 1);
  }
  void go_on() { REQUIRE(write(down_[1], "g", 1) == 1); }
  void kill() { (void)::kill(pid_, SIGKILL); }
  bool signal(int number) const { return ::kill(pid_, number) == 0; }

  // The exit code, or 128 and the signal's number.
  int wait() {
    int status = 0;
    const pid_t ended = waitpid(pid_, &status, 0);
    pid_ = -1;
    if (ended < 0) return -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

private:
  static void close_end(int &end) {
    if (end >= 0) close(end);
    end = -1;
  }

  int up_[2] = {-1, -1}, down_[2] = {-1, -1};
  pid_t pid_ = -1;
};

// Runs a function in a child to its end.
inline int in_child(const std::function<int()> &work) {
  return Child([&](Child &) { return work(); }).wait();
}

// A program built beside this one.
inline std::string beside(const std::string &program) {
  return (fs::read_symlink("/proc/self/exe").parent_path() / program).string();
}

// Runs a program with its arguments. The exit code, or 128 and the signal's number; 127 where it cannot be run.
inline int run(const std::vector<std::string> &words) {
  std::vector<char *> arguments;
  for (const std::string &word : words)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  return in_child([&] {
    execvp(arguments[0], arguments.data());
    return 127;
  });
}

// Runs a program under strace, with strace's options. A sanitizer's search for leaks does not work there.
inline int run_traced(std::vector<std::string> words, const std::vector<std::string> &program) {
  words.insert(words.begin(), {"strace", "-f", "-qq"});
  words.insert(words.end(), program.begin(), program.end());
  const char *before = getenv("ASAN_OPTIONS");
  const std::string saved = before != nullptr ? before : "";
  setenv("ASAN_OPTIONS", (saved + ":detect_leaks=0").c_str(), 1);
  const int code = run(words);
  setenv("ASAN_OPTIONS", saved.c_str(), 1);
  return code;
}

// For children: no Catch2, so 0 is well and 1 is not.
inline bool attach_plain(cshm_store store, const std::string &project, cshm_attachment *attachment,
                         cshm_mode mode = CSHM_READ_ONLY) {
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  options.mode = mode;
  return cshm_attach(store, project.c_str(), &options, attachment, nullptr) == CSHM_OK;
}

inline bool publish_plain(cshm_store store, const std::string &project, cshm_lifetime lifetime, bool overwrite,
                          double first, cshm_attachment *attachment = nullptr) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.lifetime = lifetime;
  options.overwrite = overwrite ? 1 : 0;
  cshm_builder builder{0};
  const int64_t shape = 6;
  const std::vector<double> values = ramp(6, first);
  return cshm_builder_open(store, project.c_str(), &options, &builder, nullptr) == CSHM_OK &&
         cshm_builder_array(builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, nullptr) == CSHM_OK &&
         cshm_builder_allocate(builder, nullptr) == CSHM_OK &&
         cshm_builder_write(builder, 0, 0, values.data(), 48, nullptr) == CSHM_OK &&
         cshm_builder_publish(builder, attachment, nullptr) == CSHM_OK;
}

// The first value of array "a", or NaN.
inline double first_value(cshm_attachment attachment) {
  cshm_array array{0};
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  double value = std::nan("");
  if (cshm_array_open(attachment, "a", &array, nullptr) == CSHM_OK &&
      cshm_array_describe(array, &view, nullptr) == CSHM_OK)
    value = doubles(view)[0];
  (void)cshm_array_release(array, nullptr);
  return value;
}

} // namespace process
