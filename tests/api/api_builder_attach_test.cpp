// A builder's attachment: arrays filled in place, and memory that stays whatever becomes of the builder.
//
// SPDX-License-Identifier: MIT
#include "api_fixture.hpp"

using namespace api;

namespace {

void attach_built(cshm_builder builder, Attachment &attachment) {
  Error err;
  REQUIRE_OK(cshm_builder_attach(builder, attachment.out(), err), err);
}

void fill(cshm_attachment attachment, const std::string &path, double first) {
  Array array;
  open_array(attachment, path, array);
  const cshm_array_view view = describe(array);
  REQUIRE(view.writable == 1);
  std::iota(doubles(view), doubles(view) + view.nbytes / sizeof(double), first);
}

} // namespace

TEST_CASE("arrays are filled through a builder's attachment, which is the published project's afterwards") {
  Store store;
  const std::string project = unique_name("fill");
  Builder builder(store, project);
  builder.array("a", "<f8", {6}).array("b/b1", "<f8", {3, 4}).attribute("b", "level", 7).allocate();
  Attachment built;
  attach_built(builder, built);
  REQUIRE(describe(built).mode == CSHM_READ_WRITE);
  REQUIRE(describe(built).project == project);
  REQUIRE(describe(built).array_count == 2);
  REQUIRE(values_at(built, "a") == std::vector<double>(6, 0.0));
  REQUIRE_FALSE(is_current(built));
  REQUIRE(store.names().empty());
  fill(built, "a", 1);
  fill(built, "b/b1", 50);
  builder.publish();

  REQUIRE(is_current(built));
  Attachment reader, writer;
  attach(store, project, reader);
  REQUIRE(values_at(reader, "a") == ramp(6, 1));
  REQUIRE(values_at(reader, "b/b1") == ramp(12, 50));
  attach(store, project, writer, CSHM_READ_WRITE);
  REQUIRE(describe(writer).base == describe(built).base);
  fill(built, "a", 9);
  REQUIRE(values_at(reader, "a") == ramp(6, 9));
}

TEST_CASE("after abort a builder's attachment is memory that nobody else sees") {
  Store store;
  const std::string project = unique_name("abort");
  const uint64_t before = cshm_live_handles();
  Attachment built;
  Array array;
  {
    Builder builder(store, project);
    builder.array("a", "<f8", {6}).allocate();
    attach_built(builder, built);
    open_array(built, "a", array);
  }
  REQUIRE_FALSE(is_current(built));
  built.release();
  std::iota(doubles(describe(array)), doubles(describe(array)) + 6, 3.0);
  REQUIRE(values_of(array) == ramp(6, 3));
  REQUIRE(store.names().empty());
  REQUIRE(segments_of(project).empty());
  array.release();
  REQUIRE(cshm_live_handles() == before);
}

TEST_CASE("a builder's attachments, and its maps, are one mapping") {
  Store store;
  Builder builder(store, unique_name("one"));
  builder.array("a", "<f8", {6}).allocate();
  Error err;
  void *data = nullptr;
  REQUIRE_OK(cshm_builder_map(builder, 0, &data, nullptr, err), err);
  Attachment first, second;
  attach_built(builder, first);
  attach_built(builder, second);
  REQUIRE(describe(first).base == describe(second).base);
  Array array;
  open_array(second, "a", array);
  REQUIRE(describe(array).data == data);
  first.release();
  const std::vector<double> values = ramp(6, 2);
  builder.write(0, values);
  REQUIRE(values_at(second, "a") == values);
}

TEST_CASE("a failed publication leaves a builder's attachment as it was, and an overwrite by it is one switch") {
  Store store;
  const std::string project = unique_name("late");
  Builder late(store, project);
  late.array("a", "<f8", {6}).allocate();
  Attachment built;
  attach_built(late, built);
  fill(built, "a", 1);
  share_sample(store, project, 70);
  Error err;
  REQUIRE_STATUS(cshm_builder_publish(late, nullptr, err), err, CSHM_ERR_EXISTS);
  REQUIRE_FALSE(is_current(built));
  fill(built, "a", 5);
  Attachment other;
  attach(store, project, other);
  REQUIRE(values_at(other, "a") == ramp(6, 70));
  store.unlink(project);
  late.publish();
  REQUIRE(is_current(built));
  REQUIRE(values_at(built, "a") == ramp(6, 5));
}

TEST_CASE("there is nothing to attach before allocate, nor after publish") {
  Store store;
  Builder builder(store, unique_name("early"));
  builder.array("a", "<f8", {6});
  Error err;
  cshm_attachment attachment{0};
  REQUIRE_STATUS(cshm_builder_attach(builder, &attachment, err), err, CSHM_ERR_STATE);
  require_words(err, {"cshm_builder_allocate"});
  builder.allocate();
  REQUIRE_STATUS(cshm_builder_attach(builder, nullptr, err), err, CSHM_ERR_INVALID_ARGUMENT);
  builder.publish();
  REQUIRE_STATUS(cshm_builder_attach(builder, &attachment, err), err, CSHM_ERR_STALE_HANDLE);
  REQUIRE(attachment.id == 0);
}
