// Damaged manifests: a status, never a crash or a hang.
//
// SPDX-License-Identifier: MIT
#include "api_damage.hpp"

#include <random>

using namespace api;

namespace {

std::string repeated(const std::string &text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; i++)
    result += text;
  return result;
}

} // namespace

TEST_CASE("a manifest cut off anywhere is refused, or enough of it is left") {
  Store store;
  const std::string project = unique_name("cut");
  share_sample(store, project);
  const std::string wanted = tree_of(store, project);
  const std::string whole = slurp(store.manifest(project));
  bool refused = false;
  for (size_t length = 0; length < whole.size(); length++) {
    spill(store.manifest(project), whole.substr(0, length));
    const std::string found = tree_or_status(store, project);
    refused = refused || found != wanted;
    if (found != wanted && found.rfind("CSHM_ERR_", 0) != 0)
      FAIL("the first " << length << " bytes gave another tree:\n" << found);
  }
  REQUIRE(refused);
  spill(store.manifest(project), "");
  Error err;
  REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_CORRUPT);
  require_words(err, {store.manifest(project).string()});
  spill(store.manifest(project), whole);
  REQUIRE(tree_of(store, project) == wanted);
}

TEST_CASE("any one byte of a manifest changed gives a status or the same tree") {
  Store store;
  const std::string project = unique_name("flip");
  share_sample(store, project);
  const std::string wanted = tree_of(store, project);
  const std::string whole = slurp(store.manifest(project));
  for (size_t at = 0; at < whole.size(); at++)
    for (const unsigned char mask : MASKS) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ static_cast<char>(mask));
      spill(store.manifest(project), damaged);
      const std::string found = tree_or_status(store, project);
      if (found != wanted && found.rfind("CSHM_ERR_", 0) != 0)
        FAIL("byte " << at << " ^ " << int(mask) << " gave another tree:\n" << found);
      (void)store.names();
    }
  spill(store.manifest(project), whole);
}

TEST_CASE("a manifest that points elsewhere is refused") {
  Store store;
  const std::string project = unique_name("elsewhere");
  share_sample(store, project);
  const std::string whole = slurp(store.manifest(project));
  const std::string segment = segments_of(project).at(0).substr(9);
  fs::copy_file("/dev/shm/" + segment, store.folder() / "copy");
  for (const std::string &other : {"../.." + (store.folder() / "copy").string(), (store.folder() / "copy").string(),
                                   std::string("."), std::string(".."), std::string(""), std::string(300, 'x')}) {
    CAPTURE(other);
    spill(store.manifest(project), replaced(whole, segment, other));
    Error err;
    const cshm_status status = try_attach(store, project, err);
    INFO(err.message());
    REQUIRE(std::string(cshm_status_name(status)) == "CSHM_ERR_CORRUPT");
  }
  spill(store.manifest(project), whole);
}

TEST_CASE("a manifest of another project's name is refused") {
  Store store;
  const std::string project = unique_name("renamed");
  share_sample(store, project);
  fs::copy_file(store.manifest(project), store.manifest(project + "-2"));
  Error err;
  REQUIRE_STATUS(try_attach(store, project + "-2", err), err, CSHM_ERR_CORRUPT);
  require_words(err, {project + "-2", project});
  fs::remove(store.manifest(project + "-2"));
}

TEST_CASE("a manifest of a newer version is refused as such") {
  Store store;
  const std::string project = unique_name("newer");
  share_sample(store, project);
  const std::string whole = slurp(store.manifest(project));
  const bool toml = store.manifest(project).extension() == ".toml";
  spill(store.manifest(project),
        toml ? replaced(whole, "cute-shm = 1\n", "cute-shm = 9\n") : replaced(whole, "cute-shm: 1\n", "cute-shm: 9\n"));
  Error err;
  REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_VERSION);
  require_words(err, {store.manifest(project).string(), "9"});
  spill(store.manifest(project), whole);
}

TEST_CASE("a manifest that is a pipe, a folder or huge does not hang") {
  Store store;
  const std::string project = unique_name("odd");
  share_sample(store, project);
  const fs::path manifest = store.manifest(project);
  const std::string whole = slurp(manifest);
  fs::remove(manifest);
  const Deadline deadline(20);
  Error err;
  REQUIRE(mkfifo(manifest.c_str(), 0600) == 0);
  REQUIRE(try_attach(store, project, err) != CSHM_OK);
  (void)store.names();
  fs::remove(manifest);
  fs::create_directory(manifest);
  REQUIRE(try_attach(store, project, err) != CSHM_OK);
  (void)store.names();
  fs::remove(manifest);
  spill(manifest, "");
  fs::resize_file(manifest, uint64_t{1} << 40);
  REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_CORRUPT);
  (void)store.names();
  spill(manifest, whole);
}

TEST_CASE("a manifest that is a bomb or a puzzle is refused") {
  Store store;
  const std::string project = unique_name("bomb");
  share_sample(store, project);
  const std::string whole = slurp(store.manifest(project));
  const std::string laughs =
      "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\n";
  for (const std::string &text :
       {laughs, std::string(100000, '['), std::string(100000, '{'), "? " + std::string(5000, '-'), whole + whole,
        "!!python/object:os.system\n" + whole, std::string("\xff\xfe") + whole, std::string("- - - - -"),
        std::string("x"), std::string("\n\n\n"), std::string(1, '\0'), "x = " + std::string(100000, '['),
        repeated("a.", 100000) + "a = 1\n" + whole, "x = " + repeated("{a=", 100000) + "1\n" + whole,
        "x = \"\"\"" + whole, "x = '''" + whole}) {
    CAPTURE(text.substr(0, 40));
    spill(store.manifest(project), text);
    const Deadline deadline(20);
    (void)tree_or_status(store, project);
    (void)store.names();
    Error err;
    (void)cshm_unlink(store, project.c_str(), err);
  }
  fs::remove(store.manifest(project));
  for (const std::string &segment : segments_of(project))
    fs::remove(segment);
}
