// Collectors beside each other and beside everything else: nothing alive is touched, nothing dead stays.
//
// SPDX-License-Identifier: MIT
#include "../api/api_collect.hpp"
#include "process_namespace.hpp"

#include <memory>
#include <thread>

using namespace process;

namespace {

// For children: publishes "a" of 6 values.
bool publish(cshm_store store, const std::string &project, cshm_lifetime lifetime, double first) {
  return publish_plain(store, project, lifetime, true, first);
}

using Work = std::function<int()>;

// Runs functions in processes of their own, all at once; each must give 0.
void all_at_once(const std::vector<Work> &works) {
  std::vector<std::unique_ptr<Child>> children;
  for (const Work &work : works)
    children.push_back(std::make_unique<Child>([&work](Child &self) {
      self.reached();
      return work();
    }));
  for (const auto &child : children)
    child->wait_reached();
  for (const auto &child : children)
    child->go_on();
  for (const auto &child : children)
    REQUIRE(child->wait() == 0);
}

// The process that runs a program with this argument, or 0.
pid_t process_with(const std::string &program, const std::string &argument) {
  for (const auto &entry : fs::directory_iterator("/proc")) {
    std::ifstream stream(entry.path() / "cmdline");
    const std::string line{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    const std::string first = line.substr(0, line.find('\0'));
    if (fs::path(first).filename() == program && line.find(argument) != std::string::npos)
      return static_cast<pid_t>(std::stoi(entry.path().filename()));
  }
  return 0;
}

} // namespace

TEST_CASE("collectors at once, beside publishers, readers and the dying, touch nothing alive and leave nothing dead") {
  Store store;
  const std::string lasting = unique_name("lasting"), passing = unique_name("passing");
  REQUIRE(publish(store, lasting, CSHM_PERSISTENT, 1));
  const Work collector = [&] {
    for (int i = 0; i < 400; i++)
      if (cshm_store_collect(store, nullptr, nullptr, nullptr) != CSHM_OK) return 1;
    return 0;
  };
  const Work publisher = [&] {
    for (int i = 0; i < 200; i++)
      if (!publish(store, lasting, CSHM_PERSISTENT, i)) return 2;
    return 0;
  };
  const Work reader = [&] {
    for (int i = 0; i < 1000; i++) {
      cshm_attachment attachment{0};
      if (!attach_plain(store, lasting, &attachment)) return 3;
      if (std::isnan(first_value(attachment)) || cshm_detach(attachment, nullptr) != CSHM_OK) return 4;
    }
    return 0;
  };
  // Each dies with a project of its own, by exit or at once.
  const auto dying = [&](int seed) {
    return [&, seed] {
      for (int i = 0; i < 40; i++) {
        const pid_t brief = fork();
        if (brief == 0) {
          const cshm_lifetime lifetime = (i + seed) % 2 == 0 ? CSHM_OWNER : CSHM_LAST_USER;
          _exit(publish(store, passing + std::to_string((i + seed) % 3), lifetime, i) ? 0 : 1);
        }
        int status = 0;
        if (waitpid(brief, &status, 0) != brief || status != 0) return 5;
      }
      return 0;
    };
  };
  all_at_once({collector, collector, publisher, reader, dying(0), dying(1)});
  (void)collect(store);
  REQUIRE(store.names() == std::vector<std::string>{lasting});
  REQUIRE(segments_of(lasting).size() == 1);
  for (int i = 0; i < 3; i++)
    REQUIRE(segments_of(passing + std::to_string(i)).empty());
  for (const auto &entry : fs::directory_iterator(store.root()))
    REQUIRE(entry.path() == store.manifest(lasting));
}

TEST_CASE("of creators of one name that a dead owner had, one succeeds, whatever collectors do meanwhile") {
  Store store;
  const std::string project = unique_name("name");
  for (int round = 0; round < 30; round++) {
    REQUIRE(in_child([&] { return publish(store, project, CSHM_OWNER, 1) ? 0 : 1; }) == 0);
    const fs::path won = store.folder() / ("won" + std::to_string(round));
    const Work creator = [&] {
      cshm_builder builder{0};
      cshm_status status = cshm_builder_open(store, project.c_str(), nullptr, &builder, nullptr);
      if (status == CSHM_OK) status = cshm_builder_allocate(builder, nullptr);
      if (status == CSHM_OK) status = cshm_builder_publish(builder, nullptr, nullptr);
      if (status == CSHM_OK) std::ofstream(won, std::ios::app) << "x";
      return status == CSHM_OK || status == CSHM_ERR_EXISTS ? 0 : 1;
    };
    const Work collector = [&] { return cshm_store_collect(store, nullptr, nullptr, nullptr) == CSHM_OK ? 0 : 1; };
    all_at_once({creator, collector, creator, collector});
    REQUIRE(slurp(won) == "x");
    store.unlink(project);
    REQUIRE(segments_of(project).empty());
  }
}

TEST_CASE("a collector to which the store's directory is another one leaves what is just being published") {
  Store store;
  const std::string project = unique_name("private");
  share_sample(store, project, 1);
  Child producer([&](Child &) {
    // Stopped at the switch: the old segment is retired, the new one has its name, and neither is in a manifest that others see.
    return run_traced({"-o", "/dev/null", "-e", "trace=renameat", "-e", "inject=renameat:signal=STOP:when=1"},
                      {beside("produce_sample"), store.root().string(), project, "7", "0"});
  });
  pid_t stopped = 0;
  for (int i = 0; i < 4000 && segments_of(project).size() < 2; i++)
    (void)usleep(5000);
  REQUIRE(segments_of(project).size() == 2);
  REQUIRE(in_child([&] {
            if (!own_tmpfs(store.folder().c_str(), "size=1m")) return 97;
            return cshm_store_collect(store, nullptr, nullptr, nullptr) == CSHM_OK && segments_of(project).size() == 2
                       ? 0
                       : 1;
          }) == 0);
  for (int i = 0; i < 4000 && stopped == 0; i++)
    stopped = process_with("produce_sample", project);
  REQUIRE(stopped > 0);
  // A signal that comes before the stop would be lost: again, until it has ended.
  std::atomic<bool> ended{false};
  int code = -1;
  std::thread waker([&] {
    while (!ended) {
      (void)::kill(stopped, SIGCONT);
      (void)usleep(5000);
    }
  });
  code = producer.wait();
  ended = true;
  waker.join();
  REQUIRE(code == 0);
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 7));
  REQUIRE(segments_of(project).size() == 1);
}
