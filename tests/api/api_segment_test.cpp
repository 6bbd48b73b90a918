// Damaged, hostile and foreign segments: a status, never a crash, a hang or a read out of bounds.
//
// SPDX-License-Identifier: MIT
#include "api_damage.hpp"

#include <random>

using namespace api;

TEST_CASE("a segment that is truncated is told, with the bytes wanted and found") {
  Store store;
  const std::string project = unique_name("truncated");
  share_sample(store, project);
  const fs::path segment = segments_of(project).at(0);
  const std::string whole = slurp(segment);
  for (size_t size : {size_t{0}, size_t{1}, size_t{64}, size_t{4095}, size_t{4096}, size_t{4097}, size_t{5000},
                      whole.size() - 4096, whole.size() - 1}) {
    CAPTURE(size);
    spill(segment, whole.substr(0, size));
    Error err;
    REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_CORRUPT);
    require_words(err, {segment.filename().string(), std::to_string(size)});
    if (size >= 4096) require_words(err, {std::to_string(whole.size())});
  }
  spill(segment, whole);
  REQUIRE(tree_of(store, project) == tree_of(store, project));
}

TEST_CASE("a segment with a wrong magic is not ours") {
  Store store;
  const std::string project = unique_name("magic");
  share_sample(store, project);
  Bytes segment(segments_of(project).at(0));
  for (const char *magic : {"CUTESHM\r", "\0\0\0\0\0\0\0\0", "\x89HDF\r\n\x1a\n"}) {
    segment.text().replace(0, 8, magic, 8);
    segment.save();
    Error err;
    REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_CORRUPT);
    require_words(err, {segment.path().filename().string(), "cute-shm"});
  }
}

TEST_CASE("a segment of a newer format is refused with both versions; a newer minor one is read") {
  Store store;
  const std::string project = unique_name("version");
  share_sample(store, project);
  Bytes segment(segments_of(project).at(0));
  segment.put<uint16_t>(OFFSET_MINOR, CSHM_FORMAT_MINOR + 1);
  segment.seal();
  segment.save();
  Error err;
  REQUIRE_OK(try_attach(store, project, err), err);
  // The checksum of a newer format may lie elsewhere: the version must be looked at first.
  segment.put<uint16_t>(OFFSET_MAJOR, CSHM_FORMAT_MAJOR + 1);
  segment.save();
  REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_VERSION);
  require_words(err, {segment.path().filename().string(), std::to_string(CSHM_FORMAT_MAJOR + 1),
                      std::to_string(CSHM_FORMAT_MAJOR)});
}

TEST_CASE("any one byte of header or index changed is noticed, or changes nothing") {
  Store store;
  const std::string project = unique_name("flip");
  share_sample(store, project);
  const std::string wanted = tree_of(store, project);
  Bytes segment(segments_of(project).at(0));
  const size_t end = segment.index_end();
  REQUIRE(end > 4096);
  size_t refused = 0;
  for (size_t at = 0; at < end; at++)
    for (const unsigned char mask : MASKS) {
      segment.flip(at, mask);
      const std::string found = tree_or_status(store, project);
      segment.flip(at, mask);
      if (found == wanted) continue;
      if (found.rfind("CSHM_ERR_", 0) != 0)
        FAIL("byte " << at << " ^ " << int(mask) << " gave another tree:\n" << found);
      refused++;
    }
  // Whatever the two checksums cover: all but the state and its cache line.
  REQUIRE(refused >= (end - 64) * 3);
}

TEST_CASE("a byte changed by someone who can seal the checksums is harmless, too") {
  Store store;
  const std::string project = unique_name("sealed");
  share_sample(store, project);
  Pair pair(store, project);
  Bytes &segment = pair.segment;
  const std::string whole = segment.text();
  const size_t end = segment.index_end();
  for (size_t at = 0; at < end; at++)
    for (const unsigned char mask : MASKS) {
      segment.flip(at, mask);
      segment.reseal();
      CAPTURE(at, int(mask));
      (void)tree_or_status(store, project);
      segment.text() = whole;
      pair.restore_if_gone();
      segment.write(at, 1);
    }
  segment.save();
  Error err;
  REQUIRE_OK(try_attach(store, project, err), err);
}

TEST_CASE("numbers that mislead, under right checksums, are harmless") {
  Store store;
  const std::string project = unique_name("hostile");
  share_sample(store, project);
  Pair pair(store, project);
  Bytes &segment = pair.segment;
  const std::string whole = segment.text();
  const size_t end = segment.index_end();
  std::mt19937 random(7);
  const uint64_t size = whole.size();
  const std::vector<uint64_t> bait = {0,         1,          2,          7,          63,         4095,
                                      4096,      size - 1,   size,       size + 1,   INT32_MAX,  UINT32_MAX,
                                      INT64_MAX, UINT64_MAX, 1ULL << 32, 1ULL << 40, 1ULL << 62, 1ULL << 63};
  size_t accepted = 0;
  for (int i = 0; i < 20000; i++) {
    segment.text() = whole;
    const auto changes = 1 + static_cast<uint32_t>(random() % 3);
    for (uint32_t k = 0; k < changes; k++) {
      const size_t at = random() % (end / 4) * 4;
      const uint64_t value = bait[random() % bait.size()];
      if (random() % 2 == 0)
        segment.put<uint32_t>(at, static_cast<uint32_t>(value));
      else
        segment.put<uint64_t>(at, value);
    }
    segment.seal();
    segment.save();
    CAPTURE(i);
    accepted += tree_or_status(store, project).rfind("CSHM_ERR_", 0) == 0 ? 0 : 1;
    pair.restore_if_gone();
  }
  // Some changes are to places that mean nothing, or to plain values: proof that the seals were right.
  REQUIRE(accepted > 100);
  segment.text() = whole;
  segment.save();
  REQUIRE(store.names() == std::vector<std::string>{project});
  store.unlink(project);
  REQUIRE(segments_of(project).empty());
}

TEST_CASE("a manifest whose generation is not the segment's is an error, never a guess") {
  Store store;
  const std::string project = unique_name("generation");
  share_sample(store, project, 1);
  const std::string old_manifest = slurp(store.manifest(project));
  const std::string old_segment = segments_of(project).at(0).substr(9);
  share_sample(store, project, 2, true);
  const std::string new_segment = segments_of(project).at(0).substr(9);
  REQUIRE(old_segment != new_segment);
  spill(store.manifest(project), replaced(old_manifest, old_segment, new_segment));
  Error err;
  REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_GENERATION);
  require_words(err, {project, new_segment});
  // Nor does unlink guess: the segment of another generation stays.
  store.unlink(project);
  REQUIRE(segments_of(project).size() == 1);
  fs::remove("/dev/shm/" + new_segment);
}

TEST_CASE("a segment that is gone is told") {
  Store store;
  const std::string project = unique_name("gone");
  share_sample(store, project);
  const fs::path segment = segments_of(project).at(0);
  REQUIRE(fs::remove(segment));
  Error err;
  REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_NOT_FOUND);
  require_words(err, {project, segment.filename().string()});
}

TEST_CASE("a segment that is a symlink, a folder or a pipe is refused at once") {
  Store store;
  const std::string project = unique_name("foreign");
  share_sample(store, project);
  const fs::path segment = segments_of(project).at(0);
  const fs::path aside = store.folder() / "aside";
  fs::copy_file(segment, aside);
  fs::remove(segment);
  fs::create_symlink(aside, segment);
  Error err;
  REQUIRE_STATUS(try_attach(store, project, err), err, CSHM_ERR_PERMISSION);
  require_words(err, {segment.filename().string()});
  fs::remove(segment);
  fs::create_directory(segment);
  REQUIRE(try_attach(store, project, err) != CSHM_OK);
  fs::remove(segment);
  const Deadline deadline(20);
  REQUIRE(mkfifo(segment.c_str(), 0600) == 0);
  const cshm_status status = try_attach(store, project, err);
  fs::remove(segment);
  REQUIRE(status != CSHM_OK);
}
