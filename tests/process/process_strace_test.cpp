// System calls, counted: attaching costs one open and one mmap, however many arrays there are.
//
// SPDX-License-Identifier: MIT
#include "process_fixture.hpp"

#include <regex>

using namespace process;

namespace {

struct Calls { size_t opened = 0, mapped = 0; };

// What attach_all does with the segment. strace numbers descriptors anew after each open, so an mmap belongs to the
// segment if its descriptor is the one that the open of the segment gave last.
Calls calls_on(const std::string &trace, const std::string &segment) {
  Calls calls;
  std::string descriptor;
  std::istringstream lines(trace);
  const std::regex open_call(R"(\b(?:open|openat)\(.*\) = (\d+))"), map_call(R"(\bmmap\(.*, (-?\d+), [^,]*\) = 0x)");
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, match, open_call)) {
      const bool ours = line.find(segment) != std::string::npos;
      calls.opened += ours ? 1 : 0;
      if (ours)
        descriptor = match[1];
      else if (match[1] == descriptor)
        descriptor.clear();
    } else if (std::regex_search(line, match, map_call)) {
      calls.mapped += !descriptor.empty() && match[1] == descriptor ? 1 : 0;
    }
  }
  return calls;
}

void share_many(const Store &store, const std::string &project, int count) {
  Builder builder(store, project);
  for (int i = 0; i < count; i++)
    builder.array("g" + std::to_string(i % 100) + "/a" + std::to_string(i), "|u1", {8});
  builder.allocate().publish();
}

} // namespace

TEST_CASE("attaching ten thousand arrays is one open and one mmap of the segment") {
  Store store;
  for (const int count : {1, 10000}) {
    CAPTURE(count);
    const std::string project = unique_name("strace");
    share_many(store, project, count);
    const std::string segment = fs::path(segments_of(project).at(0)).filename();
    const fs::path trace = store.folder() / "trace";
    const int code = run_traced({"-e", "trace=openat,open,mmap", "-o", trace.string()},
                                {beside("attach_all"), store.root().string(), project});
    INFO("127: strace is not installed");
    REQUIRE(code == 0);
    const Calls calls = calls_on(slurp(trace), segment);
    REQUIRE(calls.opened == 1);
    REQUIRE(calls.mapped == 1);
  }
}
