// Every call of the public header that takes a handle, each with arguments that suit it, as one table.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "api_fixture.hpp"

#include <functional>

namespace api {

enum Kind { STORE, BUILDER, ATTACHMENT, ARRAY, LISTING, MANIFEST, KINDS };

// A handle that a call made.
struct Made {
  Kind kind = KINDS;
  uint64_t id = 0;
};

struct HandleCall {
  const char *name;
  Kind kind;   // of the handle it takes
  int change;  // of that handle's references when it succeeds
  bool costly; // looks at files or makes something, when the handle is alive
  std::function<cshm_status(uint64_t id, uint32_t random, Made &made)> run;
};

namespace detail {

inline std::vector<HandleCall> store_calls(const std::string &project) {
  return {
      {"store_root", STORE, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         char text[4096];
         size_t length = sizeof text;
         return cshm_store_root({id}, text, &length, nullptr);
       }},
      {"store_manifest", STORE, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         char text[4096];
         size_t length = sizeof text;
         return cshm_store_manifest({id}, "p", text, &length, nullptr);
       }},
      {"unlink", STORE, 0, true, [](uint64_t id, uint32_t, Made &) { return cshm_unlink({id}, "nobody", nullptr); }},
      {"list", STORE, 0, true,
       [](uint64_t id, uint32_t, Made &made) {
         cshm_listing listing{0};
         const cshm_status status = cshm_list({id}, &listing, nullptr);
         made = {LISTING, listing.id};
         return status;
       }},
      {"store_collect", STORE, 0, true,
       [](uint64_t id, uint32_t, Made &made) {
         cshm_listing listing{0};
         const cshm_status status = cshm_store_collect({id}, nullptr, &listing, nullptr);
         made = {LISTING, listing.id};
         return status;
       }},
      {"store_repair", STORE, 0, true,
       [](uint64_t id, uint32_t, Made &made) {
         cshm_listing listing{0};
         const cshm_status status = cshm_store_repair({id}, nullptr, &listing, nullptr);
         made = {LISTING, listing.id};
         return status;
       }},
      {"builder_open", STORE, 0, true,
       [](uint64_t id, uint32_t, Made &made) {
         cshm_builder builder{0};
         const cshm_status status = cshm_builder_open({id}, "never published", nullptr, &builder, nullptr);
         made = {BUILDER, builder.id};
         return status;
       }},
      {"attach", STORE, 0, true,
       [project](uint64_t id, uint32_t random, Made &made) {
         cshm_attachment attachment{0};
         cshm_attach_options options = CSHM_ATTACH_OPTIONS_INIT;
         options.mode = random % 3;
         const cshm_status status = cshm_attach({id}, project.c_str(), &options, &attachment, nullptr);
         made = {ATTACHMENT, attachment.id};
         return status;
       }},
      {"store_close", STORE, -1, false, [](uint64_t id, uint32_t, Made &) { return cshm_store_close({id}, nullptr); }},
  };
}

inline std::vector<HandleCall> builder_calls() {
  return {
      {"builder_group", BUILDER, 0, false,
       [](uint64_t id, uint32_t, Made &) { return cshm_builder_group({id}, "g", nullptr); }},
      {"builder_array", BUILDER, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         return cshm_builder_array({id}, "a", "<f8", 0, nullptr, CSHM_ORDER_C, nullptr, nullptr);
       }},
      {"builder_alias", BUILDER, 0, false,
       [](uint64_t id, uint32_t, Made &) { return cshm_builder_alias({id}, "alias", 0, nullptr); }},
      {"builder_attribute", BUILDER, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         return cshm_builder_attribute({id}, "", "n", "|u1", 0, nullptr, "x", 1, nullptr);
       }},
      {"builder_note", BUILDER, 0, false,
       [](uint64_t id, uint32_t, Made &) { return cshm_builder_note({id}, CSHM_NOTE_ORIGIN, "k", "t", nullptr); }},
      {"builder_allocate", BUILDER, 0, true,
       [](uint64_t id, uint32_t, Made &) { return cshm_builder_allocate({id}, nullptr); }},
      {"builder_write", BUILDER, 0, false,
       [](uint64_t id, uint32_t, Made &) { return cshm_builder_write({id}, 0, 0, "12345678", 8, nullptr); }},
      {"builder_map", BUILDER, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         void *data = nullptr;
         return cshm_builder_map({id}, 0, &data, nullptr, nullptr);
       }},
      {"builder_place", BUILDER, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         int32_t descriptor = -1;
         uint64_t offset = 0;
         return cshm_builder_place({id}, 0, &descriptor, &offset, nullptr, nullptr);
       }},
      {"builder_attach", BUILDER, 0, false,
       [](uint64_t id, uint32_t, Made &made) {
         cshm_attachment attachment{0};
         const cshm_status status = cshm_builder_attach({id}, &attachment, nullptr);
         made = {ATTACHMENT, attachment.id};
         return status;
       }},
      {"builder_abort", BUILDER, -1, false,
       [](uint64_t id, uint32_t, Made &) { return cshm_builder_abort({id}, nullptr); }},
  };
}

inline std::vector<HandleCall> attachment_calls() {
  return {
      {"attachment_retain", ATTACHMENT, 1, false,
       [](uint64_t id, uint32_t, Made &) { return cshm_attachment_retain({id}, nullptr); }},
      {"detach", ATTACHMENT, -1, false, [](uint64_t id, uint32_t, Made &) { return cshm_detach({id}, nullptr); }},
      {"attachment_describe", ATTACHMENT, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
         return cshm_attachment_describe({id}, &info, nullptr);
       }},
      {"attachment_is_current", ATTACHMENT, 0, true,
       [](uint64_t id, uint32_t, Made &) {
         int32_t current = 0;
         return cshm_attachment_is_current({id}, &current, nullptr);
       }},
      {"attachment_wait_newer", ATTACHMENT, 0, true,
       [](uint64_t id, uint32_t random, Made &) { return cshm_attachment_wait_newer({id}, random % 1000, nullptr); }},
      {"attachment_export_fd", ATTACHMENT, 0, true,
       [](uint64_t id, uint32_t, Made &) {
         int32_t fd = -1;
         const cshm_status status = cshm_attachment_export_fd({id}, &fd, nullptr);
         if (status == CSHM_OK) (void)close(fd);
         return status;
       }},
      {"attachment_reattach", ATTACHMENT, 0, true,
       [](uint64_t id, uint32_t, Made &made) {
         cshm_attachment newer{0};
         const cshm_status status = cshm_attachment_reattach({id}, &newer, nullptr);
         made = {ATTACHMENT, newer.id};
         return status;
       }},
      {"array_open", ATTACHMENT, 0, false,
       [](uint64_t id, uint32_t random, Made &made) {
         cshm_array array{0};
         const cshm_status status = cshm_array_open({id}, random % 2 == 0 ? "a" : "b", &array, nullptr);
         made = {ARRAY, array.id};
         return status;
       }},
      {"array_at", ATTACHMENT, 0, false,
       [](uint64_t id, uint32_t random, Made &made) {
         cshm_array array{0};
         const cshm_status status = cshm_array_at({id}, random % 7, &array, nullptr);
         made = {ARRAY, array.id};
         return status;
       }},
  };
}

inline std::vector<HandleCall> tree_calls() {
  return {
      {"node_at", ATTACHMENT, 0, false,
       [](uint64_t id, uint32_t random, Made &) {
         cshm_node node = CSHM_NODE_INIT;
         return cshm_node_at({id}, random % 7, &node, nullptr);
       }},
      {"node_find", ATTACHMENT, 0, false,
       [](uint64_t id, uint32_t random, Made &) {
         cshm_node node = CSHM_NODE_INIT;
         return cshm_node_find({id}, random % 2 == 0 ? "b/b1" : "b/none", &node, nullptr);
       }},
      {"attribute_at", ATTACHMENT, 0, false,
       [](uint64_t id, uint32_t random, Made &) {
         cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
         return cshm_attribute_at({id}, random % 7, 0, &attribute, nullptr);
       }},
      {"attribute_find", ATTACHMENT, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         cshm_attribute attribute = CSHM_ATTRIBUTE_INIT;
         return cshm_attribute_find({id}, 0, "top", &attribute, nullptr);
       }},
      {"note_at", ATTACHMENT, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         cshm_note note = CSHM_NOTE_INIT;
         return cshm_note_at({id}, 0, &note, nullptr);
       }},
      {"attachment_view", ATTACHMENT, 0, false,
       [](uint64_t id, uint32_t random, Made &) {
         cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
         return cshm_attachment_view({id}, random % 7, &view, nullptr);
       }},
  };
}

// Reads the last byte, too: the memory must be there as long as the handle is.
inline cshm_status describe_and_touch(uint64_t id) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  const cshm_status status = cshm_array_describe({id}, &view, nullptr);
  if (status == CSHM_OK && view.nbytes > 0) (void)static_cast<const volatile char *>(view.data)[view.nbytes - 1];
  return status;
}

inline std::vector<HandleCall> array_and_listing_calls() {
  return {
      {"array_retain", ARRAY, 1, false, [](uint64_t id, uint32_t, Made &) { return cshm_array_retain({id}, nullptr); }},
      {"array_release", ARRAY, -1, false,
       [](uint64_t id, uint32_t, Made &) { return cshm_array_release({id}, nullptr); }},
      {"array_describe", ARRAY, 0, false, [](uint64_t id, uint32_t, Made &) { return describe_and_touch(id); }},
      {"listing_count", LISTING, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         uint64_t count = 0;
         return cshm_listing_count({id}, &count, nullptr);
       }},
      {"listing_project", LISTING, 0, false,
       [](uint64_t id, uint32_t random, Made &) {
         cshm_project project = CSHM_PROJECT_INIT;
         return cshm_listing_project({id}, random % 3, &project, nullptr);
       }},
      {"listing_close", LISTING, -1, false,
       [](uint64_t id, uint32_t, Made &) { return cshm_listing_close({id}, nullptr); }},
  };
}

inline std::vector<HandleCall> manifest_calls() {
  return {
      {"attachment_manifest", ATTACHMENT, 0, true,
       [](uint64_t id, uint32_t random, Made &made) {
         std::string text(4096, ' ');
         size_t length = text.size();
         const uint32_t format = 1 + random % 2;
         const cshm_status status = cshm_attachment_manifest({id}, format, text.data(), &length, nullptr);
         cshm_manifest manifest{0};
         if (status != CSHM_OK) return status;
         (void)cshm_manifest_parse(text.data(), length, format, nullptr, &manifest, nullptr);
         made = {MANIFEST, manifest.id};
         return status;
       }},
      {"builder_layout", MANIFEST, 0, false,
       [](uint64_t id, uint32_t, Made &) {
         const cshm_status status = cshm_builder_layout({0}, {id}, nullptr);
         size_t length = 0; // whose handle was stale is told by another call
         return status == CSHM_ERR_STALE_HANDLE ? cshm_manifest_text({id}, 0, nullptr, &length, nullptr) : status;
       }},
      {"manifest_text", MANIFEST, 0, false,
       [](uint64_t id, uint32_t random, Made &) {
         char text[4096];
         size_t length = sizeof text;
         return cshm_manifest_text({id}, random % 3, text, &length, nullptr);
       }},
      {"manifest_close", MANIFEST, -1, false,
       [](uint64_t id, uint32_t, Made &) { return cshm_manifest_close({id}, nullptr); }},
  };
}

} // namespace detail

// All of them. `project` is the sample (share_sample), to be attached.
inline std::vector<HandleCall> handle_calls(const std::string &project) {
  std::vector<HandleCall> all = detail::store_calls(project);
  for (const auto &more : {detail::builder_calls(), detail::attachment_calls(), detail::tree_calls(),
                           detail::array_and_listing_calls(), detail::manifest_calls()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

} // namespace api
