// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

extern "C" {
#include "h5crew.h"
}
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

struct Task {
  h5job job;
  int number;
  int fail_from; // so many and those that follow fail
  std::atomic<int> *done;
  std::atomic<bool> *has_signals;
};

void work(h5job *job, h5worker *worker, h5outcome *outcome) {
  auto *task = reinterpret_cast<Task *>(job);
  unsigned char *buffer = cshm__h5_worker_buffer(worker, 64 + static_cast<size_t>(task->number) % 100);
  if (!buffer) abort();
  memset(buffer, task->number, 64);
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  if (!sigismember(&blocked, SIGINT)) *task->has_signals = true;
  if (task->number >= task->fail_from)
    snprintf(outcome->reason.text, sizeof outcome->reason.text, "%d", task->number);
  else
    ++*task->done;
}

struct Crew : h5crew {
  explicit Crew(unsigned count) { REQUIRE(cshm__h5_crew_begin(this, count) == CSHM_OK); }
  Crew(const Crew &) = delete;
  Crew &operator=(const Crew &) = delete;
  ~Crew() { cshm__h5_crew_end(this); }
};

// Hands out so many tasks; returns the reason of the failure.
std::string hand_out(Crew &crew, int count, int fail_from, std::atomic<int> &done, uint64_t &nbytes,
                     std::atomic<bool> &has_signals) {
  std::vector<Task> tasks(2 * crew.thread_count + 1);
  for (Task &task : tasks)
    cshm__h5_crew_add(&crew, &task.job);
  nbytes = 0;
  for (int i = 0; i < count && !cshm__h5_crew_failed(&crew); i++) {
    h5job *job;
    while (!(job = cshm__h5_crew_free(&crew)))
      cshm__h5_crew_help(&crew);
    auto *task = reinterpret_cast<Task *>(job);
    task->job.work = work;
    task->job.nbytes = 10;
    task->number = i;
    task->fail_from = fail_from;
    task->done = &done;
    task->has_signals = &has_signals;
    cshm__h5_crew_post(&crew, job);
    nbytes += cshm__h5_crew_take(&crew);
  }
  while (cshm__h5_crew_help(&crew)) {
  }
  nbytes += cshm__h5_crew_take(&crew);
  h5outcome outcome{};
  cshm__h5_crew_stop(&crew, &outcome);
  return outcome.reason.text;
}

} // namespace

TEST_CASE("all jobs are done, once, by any number of threads, that take no signals", "[h5crew]") {
  for (unsigned threads : {1u, 2u, 5u}) {
    Crew crew(threads);
    for (int round = 0; round < 3; round++) {
      std::atomic<int> done{0};
      std::atomic<bool> has_signals{false};
      uint64_t nbytes = 0;
      CHECK(hand_out(crew, 500, 1000, done, nbytes, has_signals) == "");
      CHECK(done == 500);
      CHECK(nbytes == 5000);
      CHECK(has_signals == (threads == 1));
    }
  }
}

TEST_CASE("of several failures the first is told, whoever was faster", "[h5crew]") {
  for (unsigned threads : {1u, 2u, 5u}) {
    Crew crew(threads);
    for (int round = 0; round < 20; round++) {
      std::atomic<int> done{0};
      std::atomic<bool> has_signals{false};
      uint64_t nbytes = 0;
      CHECK(hand_out(crew, 500, 37, done, nbytes, has_signals) == "37");
      CHECK(done == 37);
    }
  }
}

TEST_CASE("a crew that is stopped in the middle lets go of all jobs", "[h5crew]") {
  Crew crew(3);
  std::atomic<int> done{0};
  std::atomic<bool> has_signals{false};
  std::vector<Task> tasks(50);
  for (Task &task : tasks) {
    task.job.work = work;
    task.fail_from = 1000;
    task.done = &done;
    task.has_signals = &has_signals;
    cshm__h5_crew_post(&crew, &task.job);
  }
  h5outcome outcome{};
  cshm__h5_crew_stop(&crew, &outcome);
  CHECK(done <= 50);
  CHECK(cshm__h5_crew_free(&crew) == nullptr);
}
