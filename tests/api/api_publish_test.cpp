// Publishing: what exists is safe, and an overwrite is a switch.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

using namespace api;

TEST_CASE("a project that exists is refused at open and untouched") {
  Store store;
  const std::string project = unique_name("exists");
  share_sample(store, project, 3);
  const std::string manifest = slurp(store.manifest(project));
  Error err;
  cshm_builder builder{0};
  REQUIRE_STATUS(cshm_builder_open(store, project.c_str(), nullptr, &builder, err), err, CSHM_ERR_EXISTS);
  require_words(err, {project, "overwrite"});
  REQUIRE(slurp(store.manifest(project)) == manifest);
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 3));
}

TEST_CASE("of two builders of one name the second to publish is refused and can be aborted") {
  Store store;
  const std::string project = unique_name("race");
  Builder slow(store, project);
  slow.array("a", "<f8", {6}).allocate().write(0, ramp(6, 50));
  share_sample(store, project, 3);
  Error err;
  REQUIRE_STATUS(cshm_builder_publish(slow, nullptr, err), err, CSHM_ERR_EXISTS);
  require_words(err, {project});
  REQUIRE(segments_of(project).size() == 1);
  {
    Attachment attachment;
    attach(store, project, attachment);
    REQUIRE(values_at(attachment, "a") == ramp(6, 3));
  }
  // The builder lives: once the other is gone it may try again.
  store.unlink(project);
  slow.publish();
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 50));
}

TEST_CASE("overwrite switches at publish; old readers keep their tree and can tell") {
  Store store;
  const std::string project = unique_name("overwrite");
  share_sample(store, project, 1);
  Attachment old;
  attach(store, project, old);
  Array array;
  open_array(old, "a", array);
  {
    Builder builder(store, project, true);
    builder.array("a", "<f8", {6}).allocate().write(0, ramp(6, 1000));
    Attachment still;
    attach(store, project, still);
    REQUIRE(values_at(still, "a") == ramp(6, 1));
    REQUIRE(is_current(old));
    builder.publish();
  }
  REQUIRE_FALSE(is_current(old));
  REQUIRE(values_of(array) == ramp(6, 1));
  REQUIRE(values_at(old, "b/b1") == ramp(12, 101));
  REQUIRE(segments_of(project).size() == 1);
  REQUIRE(store.names() == std::vector<std::string>{project});

  Attachment fresh;
  attach(store, project, fresh);
  REQUIRE(is_current(fresh));
  REQUIRE(values_at(fresh, "a") == ramp(6, 1000));
  REQUIRE(describe(fresh).generation != describe(old).generation);
  REQUIRE(describe(fresh).base != describe(old).base);
  Error err;
  cshm_node node = CSHM_NODE_INIT;
  REQUIRE_STATUS(cshm_node_find(fresh, "b", &node, err), err, CSHM_ERR_NOT_FOUND);

  store.unlink(project);
  REQUIRE_FALSE(is_current(fresh));
}

TEST_CASE("an overwrite that is given up changes nothing") {
  Store store;
  const std::string project = unique_name("overwrite");
  share_sample(store, project, 1);
  {
    Builder builder(store, project, true);
    builder.array("a", "<f8", {6}).allocate();
  }
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(values_at(attachment, "a") == ramp(6, 1));
  REQUIRE(segments_of(project).size() == 1);
}

TEST_CASE("overwrite of a project that is not there creates it") {
  Store store;
  const std::string project = unique_name("overwrite");
  share_sample(store, project, 1, true);
  REQUIRE(store.names() == std::vector<std::string>{project});
}
