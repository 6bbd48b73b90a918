/* SPDX-License-Identifier: MIT */
#include "manifest_toml_head.h"

#include "manifest_toml_scan.h"

struct head_place cshm__toml_place(const char *file, const char *text, size_t at) {
  struct document_place place = cshm__document_place(text, at);
  return (struct head_place){file, place.line, place.column};
}

cshm_status cshm__toml_head_end(const char *text, size_t length, const char *file, size_t *end, bool *whole,
                                cshm_error *err) {
  struct toml_scan scan = {.text = text, .length = length, .first = true};
  while (scan.at < length && !cshm__toml_scan_is_table(&scan))
    if (!cshm__toml_scan_next(&scan))
      return cshm__head_fail(err, CSHM_ERR_CORRUPT, cshm__toml_place(file, text, scan.at), "at most 64 levels",
                             "one more");
  *end = scan.at;
  *whole = scan.at < length;
  return CSHM_OK;
}
