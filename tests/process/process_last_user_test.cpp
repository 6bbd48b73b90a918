// The last-user lifetime: a project that ends when the last attached process lets go, however that ends.
//
// SPDX-License-Identifier: MIT
#include "process_fixture.hpp"

#include <fcntl.h>
#include <memory>
#include <sys/file.h>

using namespace process;

namespace {

// For children: publishes "a" of 6 values, and attaches it if asked for.
bool publish_shared(cshm_store store, const std::string &project, cshm_attachment *attachment, double first = 3) {
  return publish_plain(store, project, CSHM_LAST_USER, false, first, attachment);
}

void publish(cshm_store store, const std::string &project, Attachment &attachment) {
  REQUIRE(publish_shared(store, project, attachment.out()));
}

// How a process may end. Only the first two run the library's code.
enum Ending { BY_DETACH, BY_EXIT, BY__EXIT, BY_TERM, BY_KILL };

// For children: ends this process.
int end(Ending ending, cshm_attachment attachment) {
  if (ending == BY_DETACH) (void)cshm_detach(attachment, nullptr);
  if (ending == BY_EXIT) exit(0);
  if (ending == BY_TERM) (void)raise(SIGTERM);
  if (ending == BY_KILL) (void)raise(SIGKILL);
  return 0;
}

// A child that attaches, tells so, and ends when it is told to.
std::unique_ptr<Child> reader(cshm_store store, const std::string &project, Ending ending) {
  auto child = std::make_unique<Child>([&](Child &self) {
    cshm_attachment attachment{0};
    if (!attach_plain(store, project, &attachment) || first_value(attachment) != 3) return 1;
    self.reached();
    return end(ending, attachment);
  });
  child->wait_reached();
  return child;
}

void finish(const std::unique_ptr<Child> &child, Ending ending) {
  child->go_on();
  const int wanted = ending == BY_TERM ? 128 + SIGTERM : ending == BY_KILL ? 128 + SIGKILL : 0;
  REQUIRE(child->wait() == wanted);
}

void require_gone(const Store &store, const std::string &project) {
  REQUIRE(segments_of(project).empty());
  REQUIRE_FALSE(fs::exists(store.manifest(project)));
}

// Gone at the next look, where the last user's own code did not run.
void require_unattachable(const Store &store, const std::string &project) {
  Error err;
  cshm_attachment none{0};
  REQUIRE_STATUS(cshm_attach(store, project.c_str(), nullptr, &none, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {project});
  require_gone(store, project);
}

} // namespace

TEST_CASE("a last-user project outlives its publisher and ends with the last reader, however that ends") {
  for (const Ending ending : {BY_DETACH, BY_EXIT, BY__EXIT, BY_TERM, BY_KILL}) {
    CAPTURE(ending);
    Store store;
    const std::string project = unique_name("last");
    Child producer([&](Child &self) {
      cshm_attachment attachment{0};
      if (!publish_shared(store, project, &attachment)) return 1;
      self.reached();
      exit(0);
    });
    producer.wait_reached();
    const auto first = reader(store, project, ending), last = reader(store, project, ending);
    producer.go_on();
    REQUIRE(producer.wait() == 0);
    REQUIRE(store.names() == std::vector<std::string>{project});
    finish(first, ending);
    REQUIRE(store.names() == std::vector<std::string>{project});
    finish(last, ending);
    if (ending == BY_DETACH || ending == BY_EXIT)
      require_gone(store, project); // at once
    else
      require_unattachable(store, project);
  }
}

TEST_CASE("what the last user left by its death is gone at the next list, and makes room for one of the same name") {
  Store store;
  const std::string project = unique_name("last");
  for (const bool list : {true, false}) {
    REQUIRE(in_child([&] {
              cshm_attachment attachment{0};
              return publish_shared(store, project, &attachment) ? end(BY_KILL, attachment) : 1;
            }) == 128 + SIGKILL);
    REQUIRE(segments_of(project).size() == 1);
    if (list) {
      REQUIRE(store.names().empty());
      require_gone(store, project);
    }
  }
  share_sample(store, project, 50); // without overwrite
  REQUIRE(segments_of(project).size() == 1);
}

TEST_CASE("arrays, further references and all modes of attaching hold a last-user project") {
  Store store;
  const std::string project = unique_name("hold");
  Attachment published, writer, copy;
  publish(store, project, published);
  REQUIRE(describe(published).lifetime == CSHM_LAST_USER);
  attach(store, project, writer, CSHM_READ_WRITE);
  attach(store, project, copy, CSHM_PRIVATE);
  published.release();
  writer.release();
  REQUIRE(store.names() == std::vector<std::string>{project});
  Array array;
  open_array(copy, "a", array);
  copy.release();
  REQUIRE(store.names() == std::vector<std::string>{project});
  REQUIRE(values_of(array) == ramp(6, 3));
  array.release();
  require_gone(store, project);
}

TEST_CASE("a publisher that keeps no attachment counts as a user until it exits") {
  Store store;
  const std::string project = unique_name("publisher");
  for (const Ending ending : {BY_EXIT, BY_KILL}) {
    Child producer([&](Child &self) {
      if (!publish_shared(store, project, nullptr)) return 1;
      // A child of it is no user: it does not have the project mapped.
      const pid_t stays = fork();
      if (stays == 0) {
        alarm(20);
        self.reached();
        pause();
      }
      self.reached();
      return end(ending, cshm_attachment{0});
    });
    producer.wait_reached();
    producer.wait_reached();
    REQUIRE(in_child([&] {
              cshm_attachment attachment{0};
              return attach_plain(store, project, &attachment) ? end(BY_DETACH, attachment) : 1;
            }) == 0);
    REQUIRE(store.names() == std::vector<std::string>{project});
    if (ending == BY_KILL) {
      producer.kill();
      (void)producer.wait();
      require_unattachable(store, project);
    } else {
      producer.go_on();
      producer.go_on();
      REQUIRE(producer.wait() == 0);
      require_gone(store, project);
    }
  }
}

TEST_CASE("a builder's attachment makes the publisher a user, an ordinary one") {
  Store store;
  const std::string project = unique_name("built");
  Attachment built;
  {
    Builder builder(store, project, false, CSHM_LAST_USER);
    builder.array("a", "<f8", {6}).allocate();
    Error err;
    REQUIRE_OK(cshm_builder_attach(builder, built.out(), err), err);
    builder.publish();
  }
  REQUIRE(store.names() == std::vector<std::string>{project});
  built.release();
  require_gone(store, project);
}

TEST_CASE("an aborted last-user project leaves nothing") {
  Store store;
  const std::string project = unique_name("abort");
  Attachment built;
  {
    Builder builder(store, project, false, CSHM_LAST_USER);
    builder.array("a", "<f8", {6}).allocate();
    Error err;
    REQUIRE_OK(cshm_builder_attach(builder, built.out(), err), err);
  }
  REQUIRE(segments_of(project).empty());
  REQUIRE(values_at(built, "a") == std::vector<double>(6, 0.0));
}

TEST_CASE("a forked child is a user of what it inherited, as its parent is") {
  for (const Ending ending : {BY_DETACH, BY_EXIT, BY__EXIT, BY_KILL}) {
    CAPTURE(ending);
    Store store;
    const std::string project = unique_name("fork");
    Attachment published;
    publish(store, project, published);
    const cshm_attachment inherited = published;
    const auto brief = std::make_unique<Child>([&](Child &self) {
      self.reached();
      return end(ending, inherited);
    });
    const auto stays = std::make_unique<Child>([&](Child &self) {
      self.reached();
      if (first_value(inherited) != 3) return 1;
      return end(ending, inherited);
    });
    brief->wait_reached();
    stays->wait_reached();
    finish(brief, ending); // takes nothing of the parent's with it
    REQUIRE(store.names() == std::vector<std::string>{project});
    REQUIRE(values_at(published, "a") == ramp(6, 3));
    published.release(); // takes nothing of the child's with it
    REQUIRE(store.names() == std::vector<std::string>{project});
    finish(stays, ending);
    if (ending == BY_DETACH || ending == BY_EXIT)
      require_gone(store, project);
    else
      require_unattachable(store, project);
  }
}

TEST_CASE("a program that a user becomes by exec is none") {
  Store store;
  const std::string project = unique_name("exec");
  Child producer([&](Child &self) {
    cshm_attachment attachment{0};
    if (!publish_shared(store, project, &attachment)) return 1;
    self.reached();
    execlp("sleep", "sleep", "20", nullptr);
    return 1;
  });
  producer.wait_reached();
  REQUIRE(store.names() == std::vector<std::string>{project});
  producer.go_on();
  for (int i = 0; i < 2000 && !store.names().empty(); i++)
    (void)usleep(5000);
  require_gone(store, project);
}

TEST_CASE("an overwrite or unlink frees a last-user project's name, and its users keep their tree") {
  Store store;
  const std::string project = unique_name("over");
  Attachment published;
  publish(store, project, published);
  SECTION("overwrite") {
    share_sample(store, project, 70, true);
    published.release();
    REQUIRE(store.names() == std::vector<std::string>{project});
    REQUIRE(segments_of(project).size() == 1);
  }
  SECTION("unlink") {
    store.unlink(project);
    REQUIRE(values_at(published, "a") == ramp(6, 3));
    share_sample(store, project, 70);
    published.release();
    REQUIRE(store.names() == std::vector<std::string>{project});
  }
  Attachment now;
  attach(store, project, now);
  REQUIRE(values_at(now, "a") == ramp(6, 70));
}

TEST_CASE("a detach does not wait for a store that is locked; exit or the next list removes the project") {
  Store store;
  const std::string project = unique_name("locked");
  for (const bool by_exit : {true, false}) {
    Child user([&](Child &self) {
      cshm_attachment attachment{0};
      if (!publish_shared(store, project, &attachment)) return 1;
      self.reached();
      if (cshm_detach(attachment, nullptr) != CSHM_OK) return 2;
      self.reached();
      exit(0);
    });
    user.wait_reached();
    const int directory = open(store.root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(flock(directory, LOCK_EX) == 0);
    user.go_on();
    user.wait_reached(); // it has detached
    REQUIRE(segments_of(project).size() == 1);
    close(directory);
    if (!by_exit) REQUIRE(store.names().empty());
    user.go_on();
    REQUIRE(user.wait() == 0);
    require_gone(store, project);
  }
}

TEST_CASE("what a detach left because the store was locked goes with what the process lets go of, or publishes, next") {
  Store store;
  const std::string project = unique_name("left"), other = unique_name("other");
  Attachment first, second;
  publish(store, project, first);
  publish(store, other, second);
  const int directory = open(store.root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(flock(directory, LOCK_EX) == 0);
  first.release();
  REQUIRE(segments_of(project).size() == 1);
  close(directory);
  SECTION("detach") { second.release(); }
  SECTION("publication") { share_sample(store, unique_name("third")); }
  require_gone(store, project);
}

TEST_CASE("of two users who leave at once one removes the project") {
  Store store;
  const std::string project = unique_name("two");
  const auto stay = [&](Ending ending, bool first) {
    auto child = std::make_unique<Child>([=, &store](Child &self) {
      cshm_attachment attachment{0};
      if (!(first ? publish_shared(store, project, &attachment) : attach_plain(store, project, &attachment))) return 1;
      self.reached();
      return end(ending, attachment);
    });
    child->wait_reached();
    return child;
  };
  for (int round = 0; round < 200; round++) {
    const auto one = stay(round % 2 == 0 ? BY_DETACH : BY_EXIT, true), other = stay(BY_DETACH, false);
    one->go_on();
    other->go_on();
    REQUIRE(one->wait() == 0);
    REQUIRE(other->wait() == 0);
    require_gone(store, project);
  }
}

TEST_CASE("who attaches while the last user leaves gets a whole project or none") {
  Store store;
  const std::string project = unique_name("race");
  // Each child attaches and detaches without end; now and then there is nobody, and the next round publishes again.
  const auto come_and_go = [&](Child &self) {
    self.reached();
    for (int i = 0; i < 3000; i++) {
      cshm_attachment attachment{0};
      const cshm_status status = cshm_attach(store, project.c_str(), nullptr, &attachment, nullptr);
      if (status == CSHM_ERR_NOT_FOUND) {
        if (!publish_shared(store, project, &attachment)) continue; // another child was faster
      } else if (status != CSHM_OK) {
        return 10 + status;
      }
      int32_t current = 0;
      if (first_value(attachment) != 3) return 1;
      if (cshm_attachment_is_current(attachment, &current, nullptr) != CSHM_OK || current != 1) return 2;
      if (cshm_detach(attachment, nullptr) != CSHM_OK) return 3;
    }
    exit(0);
  };
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 3; i++)
    children.push_back(std::make_unique<Child>(come_and_go));
  for (const auto &child : children)
    child->wait_reached();
  for (const auto &child : children)
    child->go_on();
  for (const auto &child : children)
    REQUIRE(child->wait() == 0);
  REQUIRE(store.names().empty());
  require_gone(store, project);
}
