// Sealed projects: in no store, handed over by descriptor, and changed by nobody.
//
// SPDX-License-Identifier: MIT
#include "api_sealed.hpp"

#include <thread>

using namespace api;

TEST_CASE("a sealed project is in no store, and is attached by its descriptor") {
  Store store;
  const std::string project = unique_name("sealed");
  Attachment published, attached;
  share_sealed(store, project, 5, published);
  REQUIRE(store.names().empty());
  REQUIRE(segments_of(project).empty());
  REQUIRE_FALSE(fs::exists(store.root()));

  attach_fd(export_fd(published), attached);
  const cshm_attachment_info info = describe(attached);
  REQUIRE(values_at(attached, "a") == ramp(6, 5));
  REQUIRE(info.sealed == 1);
  REQUIRE(info.mode == CSHM_READ_ONLY);
  REQUIRE(info.lifetime == CSHM_LAST_USER);
  REQUIRE(std::string(info.project) == project);
  REQUIRE(std::string(info.root) == "");
  REQUIRE(std::string(info.segment).rfind("cute-shm." + project + ".", 0) == 0);
  REQUIRE(fs::read_symlink("/proc/self/fd/" + std::to_string(sealed_descriptors(project).at(0))).string() ==
          "/memfd:" + std::string(info.segment) + " (deleted)");
  REQUIRE(info.generation == describe(published).generation);
}

TEST_CASE("attaching a sealed project twice shares a mapping and its one descriptor, private ones never") {
  Store store;
  const std::string project = unique_name("twice");
  Attachment published, again, mine, other;
  share_sealed(store, project, 5, published);
  REQUIRE(sealed_descriptors(project).size() == 1);
  Descriptor given = export_fd(published);
  attach_fd(given, again);
  REQUIRE(describe(again).base == describe(published).base);
  attach_fd(given, mine, CSHM_PRIVATE);
  attach_fd(given, other, CSHM_PRIVATE);
  given.reset();
  REQUIRE(sealed_descriptors(project).size() == 3);
  REQUIRE(describe(mine).sealed == 1);

  Array array;
  open_array(mine, "a", array);
  REQUIRE(describe(array).writable == 1);
  doubles(describe(array))[0] = 77;
  REQUIRE(values_at(mine, "a")[0] == 77);
  for (const cshm_attachment unchanged : {cshm_attachment(published), cshm_attachment(other)})
    REQUIRE(values_at(unchanged, "a") == ramp(6, 5));
}

TEST_CASE("a sealed project cannot be attached to be written to") {
  Store store;
  Attachment published;
  share_sealed(store, unique_name("write"), 5, published);
  const Descriptor given = export_fd(published);
  cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
  cshm_attachment none{0};
  Error err;
  options.mode = CSHM_READ_WRITE;
  REQUIRE_STATUS(cshm_attach_fd(given, &options, &none, err), err, CSHM_ERR_PERMISSION);
  require_words(err, {"sealed", "read-only or private"});
  options.mode = 3;
  REQUIRE_STATUS(cshm_attach_fd(given, &options, &none, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_attach_fd(given, nullptr, nullptr, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE_STATUS(cshm_attachment_export_fd(published, nullptr, err), err, CSHM_ERR_INVALID_ARGUMENT);
  REQUIRE(none.id == 0);
}

TEST_CASE("an exported descriptor is new, read-only, closed by exec, and sealed for ever") {
  Store store;
  Attachment published;
  share_sealed(store, unique_name("export"), 5, published);
  const Descriptor one = export_fd(published), two = export_fd(published);
  REQUIRE(one != two);
  REQUIRE((fcntl(one, F_GETFL) & O_ACCMODE) == O_RDONLY);
  REQUIRE((fcntl(one, F_GETFD) & FD_CLOEXEC) != 0);
  REQUIRE((fcntl(one, F_GET_SEALS) & ALL_SEALS) == ALL_SEALS);
  REQUIRE(lseek(one, 100, SEEK_SET) == 100);
  REQUIRE(lseek(two, 0, SEEK_CUR) == 0);
}

TEST_CASE("nobody can change, cut or grow a sealed project, its producer included") {
  Store store;
  const std::string project = unique_name("nobody");
  Attachment published;
  share_sealed(store, project, 5, published);
  const Descriptor given = export_fd(published);
  const std::string path = "/proc/self/fd/" + std::to_string(given);
  const Descriptor writable(open(path.c_str(), O_RDWR | O_CLOEXEC));
  const auto size = static_cast<off_t>(describe(published).nbytes);
  for (const int fd : {int{given}, int{writable}}) {
    CAPTURE(fd);
    REQUIRE(pwrite(fd, "x", 1, 0) == -1);
    REQUIRE(ftruncate(fd, 0) == -1);
    REQUIRE(ftruncate(fd, size * 2) == -1);
    REQUIRE(fallocate(fd, 0, size, 4096) == -1);
    REQUIRE(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, size) == -1);
    REQUIRE(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
  }
  REQUIRE(mprotect(const_cast<void *>(describe(published).base), 4096, PROT_READ | PROT_WRITE) == -1);
  REQUIRE(lseek(given, 0, SEEK_END) == size);
  REQUIRE(values_at(published, "a") == ramp(6, 5));
}

TEST_CASE("a sealed project has no newer generation: that is said at once, however long one would wait") {
  Store store;
  const std::string project = unique_name("newer");
  Attachment published;
  share_sealed(store, project, 5, published);
  share_sample(store, project, 9);
  Error err;
  cshm_attachment none{0};
  REQUIRE(is_current(published));
  REQUIRE_STATUS(cshm_attachment_wait_newer(published, -1, err), err, CSHM_ERR_UNSUPPORTED);
  REQUIRE_STATUS(cshm_attachment_reattach(published, &none, err), err, CSHM_ERR_UNSUPPORTED);
  require_words(err, {project, "sealed"});
}

TEST_CASE("a sealed project and one of that name in the store have nothing to do with each other") {
  Store store;
  const std::string project = unique_name("same");
  share_sample(store, project, 50);
  Attachment sealed, stored, again;
  share_sealed(store, project, 5, sealed); // no "exists", though `overwrite` was not asked for
  attach(store, project, stored);
  REQUIRE(values_at(stored, "a") == ramp(6, 50));
  store.unlink(project);
  attach_fd(export_fd(sealed), again);
  REQUIRE(values_at(again, "a") == ramp(6, 5));
  Error err;
  cshm_attachment none{0};
  REQUIRE_STATUS(cshm_attach(store, project.c_str(), nullptr, &none, err), err, CSHM_ERR_NOT_FOUND);
}

TEST_CASE("sealing without asking for the attachment is refused, and the builder lives") {
  Store store;
  const std::string project = unique_name("asked");
  const cshm_builder builder = open_sealed(store, project);
  Error err;
  REQUIRE_OK(cshm_builder_allocate(builder, err), err);
  REQUIRE_STATUS(cshm_builder_publish(builder, nullptr, err), err, CSHM_ERR_INVALID_ARGUMENT);
  require_words(err, {project, "attachment"});
  Attachment published;
  REQUIRE_OK(cshm_builder_publish(builder, published.out(), err), err);
  REQUIRE(describe(published).array_count == 0);
}

TEST_CASE("what is still attached to be filled is not sealed; it is when that is given back") {
  Store store;
  const std::string project = unique_name("held");
  const cshm_builder builder = open_sealed(store, project);
  const int64_t shape = 6;
  Error err;
  Attachment built, published;
  Array array;
  int32_t fd = -1;
  REQUIRE_OK(cshm_builder_array(builder, "a", "<f8", 1, &shape, CSHM_ORDER_C, nullptr, err), err);
  REQUIRE_OK(cshm_builder_allocate(builder, err), err);
  REQUIRE_OK(cshm_builder_attach(builder, built.out(), err), err);
  open_array(built, "a", array);
  REQUIRE(describe(built).sealed == 0);
  REQUIRE_FALSE(is_current(built));
  REQUIRE_STATUS(cshm_attachment_export_fd(built, &fd, err), err, CSHM_ERR_STATE);
  require_words(err, {project, "not sealed yet"});
  std::iota(doubles(describe(array)), doubles(describe(array)) + 6, 3.0);

  REQUIRE_STATUS(cshm_builder_publish(builder, published.out(), err), err, CSHM_ERR_STATE);
  require_words(err, {project, "cshm_builder_attach", "detach"});
  built.release();
  REQUIRE_STATUS(cshm_builder_publish(builder, published.out(), err), err, CSHM_ERR_STATE);
  require_words(err, {"arrays"});
  doubles(describe(array))[0] = 4;
  array.release();
  REQUIRE_OK(cshm_builder_publish(builder, published.out(), err), err);
  REQUIRE(values_at(published, "a") == std::vector<double>{4, 4, 5, 6, 7, 8});
}

TEST_CASE("what the builder itself has mapped is in nobody's way, filled by map or by small writes") {
  Store store;
  const cshm_builder builder = open_sealed(store, unique_name("window"));
  const int64_t shape = 8;
  constexpr uint32_t COUNT = 50;
  Error err;
  for (uint32_t i = 0; i < COUNT; i++)
    REQUIRE_OK(
        cshm_builder_array(builder, ("a" + std::to_string(i)).c_str(), "<f8", 1, &shape, CSHM_ORDER_C, nullptr, err),
        err);
  REQUIRE_OK(cshm_builder_allocate(builder, err), err);
  void *data = nullptr;
  REQUIRE_OK(cshm_builder_map(builder, 0, &data, nullptr, err), err);
  std::iota(static_cast<double *>(data), static_cast<double *>(data) + 8, 0.0);
  for (uint32_t i = 1; i < COUNT; i++)
    REQUIRE_OK(cshm_builder_write(builder, i, 0, ramp(8, i).data(), 64, err), err);
  Attachment published;
  REQUIRE_OK(cshm_builder_publish(builder, published.out(), err), err);
  for (uint32_t i = 0; i < COUNT; i++)
    REQUIRE(values_at(published, "a" + std::to_string(i)) == ramp(8, i));
}

TEST_CASE("what someone else has mapped to be written to is not sealed, and the builder lives") {
  Store store;
  const std::string project = unique_name("mapped");
  const cshm_builder builder = open_sealed(store, project);
  Error err;
  Attachment published, attached;
  REQUIRE_OK(cshm_builder_allocate(builder, err), err);
  void *foreign = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, sealed_descriptors(project).at(0), 0);
  REQUIRE(foreign != MAP_FAILED);
  REQUIRE_STATUS(cshm_builder_publish(builder, published.out(), err), err, CSHM_ERR_STATE);
  require_words(err, {project, "still mapped", "publish again"});
  REQUIRE(static_cast<uint32_t *>(foreign)[4032 / 4] == 1); // filled, not published
  REQUIRE(munmap(foreign, 4096) == 0);
  REQUIRE_OK(cshm_builder_publish(builder, published.out(), err), err);
  attach_fd(export_fd(published), attached);
}

TEST_CASE("of a project that is not sealed there is no descriptor") {
  Store store;
  const std::string project = unique_name("unsealed");
  share_sample(store, project);
  Attachment attachment;
  attach(store, project, attachment);
  REQUIRE(describe(attachment).sealed == 0);
  Error err;
  int32_t fd = -1;
  REQUIRE_STATUS(cshm_attachment_export_fd(attachment, &fd, err), err, CSHM_ERR_STATE);
  require_words(err, {project, "sealed"});
  REQUIRE(fd == -1);
}

TEST_CASE("everything given back leaves no handle, descriptor or mapping, published or not") {
  const uint64_t handles = cshm_live_handles();
  const size_t descriptors = count_descriptors();
  const std::string project = unique_name("live");
  {
    Store store;
    Attachment published, attached, mine;
    Array array;
    share_sealed(store, project, 5, published);
    {
      const Descriptor given = export_fd(published);
      attach_fd(given, attached);
      attach_fd(given, mine, CSHM_PRIVATE);
    }
    published.release();
    open_array(attached, "a", array);
    attached.release();
    REQUIRE(values_of(array) == ramp(6, 5));
    const cshm_builder builder = open_sealed(store, project);
    REQUIRE(cshm_builder_allocate(builder, nullptr) == CSHM_OK);
    REQUIRE(cshm_builder_abort(builder, nullptr) == CSHM_OK);
  }
  REQUIRE(cshm_live_handles() == handles);
  REQUIRE(count_descriptors() == descriptors);
  REQUIRE(sealed_mappings(project) == 0);
}

TEST_CASE("a program that closed our descriptor under us is told, and is not given another file") {
  Store store;
  const std::string project = unique_name("closed");
  Attachment published;
  share_sealed(store, project, 5, published);
  const int ours = sealed_descriptors(project).at(0);
  REQUIRE(close(ours) == 0);
  Error err;
  int32_t fd = -1;
  REQUIRE_STATUS(cshm_attachment_export_fd(published, &fd, err), err, CSHM_ERR_SYSTEM);
  const Descriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptor other(null == ours ? dup(null) : dup3(null, ours, O_CLOEXEC)); // one of them has its number now
  const size_t before = count_descriptors();
  REQUIRE_STATUS(cshm_attachment_export_fd(published, &fd, err), err, CSHM_ERR_STATE);
  REQUIRE(count_descriptors() == before);
  REQUIRE(values_at(published, "a") == ramp(6, 5));
  published.release();
  REQUIRE(fcntl(ours, F_GETFD) >= 0); // and is not robbed of it
}

TEST_CASE("more memory than the machine has is refused for a sealed project, too, and no word is of /dev/shm") {
  Store store;
  const cshm_builder builder = open_sealed(store, unique_name("huge"));
  const int64_t nbytes = int64_t{1} << 50;
  const size_t before = count_descriptors();
  Error err;
  REQUIRE_OK(cshm_builder_array(builder, "a", "|u1", 1, &nbytes, CSHM_ORDER_C, nullptr, err), err);
  REQUIRE_STATUS(cshm_builder_allocate(builder, err), err, CSHM_ERR_NO_SPACE);
  require_words(err, {"wanted 11258", "free "});
  REQUIRE(err.message().find("/dev/shm") == std::string::npos);
  REQUIRE(count_descriptors() == before);
  REQUIRE_OK(cshm_builder_abort(builder, err), err);
}

TEST_CASE("threads export, attach, read and let go of one sealed project") {
  Store store;
  const std::string project = unique_name("threads");
  const size_t descriptors = count_descriptors();
  std::atomic<int> wrong{0};
  {
    Attachment published;
    share_sealed(store, project, 5, published);
    const cshm_attachment shared = published;
    std::vector<std::thread> threads;
    for (uint32_t number = 0; number < 4; number++)
      threads.emplace_back([&, number] {
        cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
        options.mode = number % 2 == 0 ? CSHM_READ_ONLY : CSHM_PRIVATE;
        for (int i = 0; i < 300; i++) {
          int32_t fd = -1;
          cshm_attachment attached{0};
          cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
          const bool right = cshm_attachment_export_fd(shared, &fd, nullptr) == CSHM_OK &&
                             cshm_attach_fd(fd, &options, &attached, nullptr) == CSHM_OK && close(fd) == 0 &&
                             cshm_attachment_view(attached, 1, &view, nullptr) == CSHM_OK && doubles(view)[5] == 10 &&
                             cshm_detach(attached, nullptr) == CSHM_OK;
          wrong += right ? 0 : 1;
        }
      });
    for (std::thread &thread : threads)
      thread.join();
  }
  REQUIRE(wrong == 0);
  REQUIRE(count_descriptors() == descriptors);
}

TEST_CASE("of threads that publish one sealed project exactly one succeeds, and it is whole") {
  Store store;
  for (int round = 0; round < 50; round++) {
    const cshm_builder builder = open_sealed(store, unique_name("race"));
    REQUIRE(cshm_builder_allocate(builder, nullptr) == CSHM_OK);
    std::atomic<int> published{0};
    cshm_attachment made[4] = {};
    std::vector<std::thread> threads;
    for (cshm_attachment &attachment : made)
      threads.emplace_back(
          [&] { published += cshm_builder_publish(builder, &attachment, nullptr) == CSHM_OK ? 1 : 0; });
    for (std::thread &thread : threads)
      thread.join();
    REQUIRE(published == 1);
    for (const cshm_attachment &attachment : made)
      if (attachment.id != 0) {
        Attachment attached;
        attach_fd(export_fd(attachment), attached);
        REQUIRE(cshm_detach(attachment, nullptr) == CSHM_OK);
      }
  }
}
