// SPDX-License-Identifier: MIT
// The library's only C++: toml++, header-only, without exceptions. It is given no more than a head of bounded size and
// depth, since it recurses, and since running out of memory in it ends the process.
extern "C" {
#include "manifest_toml_parse.h"
#include "error.h"
#include "manifest_toml_head.h"
}

// Text such as "[}" breaks an assertion of toml++ 3.3, and then a little later gives an error, as it should. So there are to
// be no assertions, and above all no promises to the compiler in their place, which NDEBUG makes of them.
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <cinttypes>
#include <cstdio>

static_assert(TOML_LIB_MAJOR == 3 && TOML_LIB_MINOR >= 3, "toml++ 3.3 or later is needed");

namespace {

const char *kind_of(const toml::node &node) {
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  if (node.is_floating_point()) return "a number that is not whole";
  if (node.is_boolean()) return "true or false";
  return "a date or a time";
}

cshm_status take(head_reader &reader, const char *name, const toml::node &node, const char *file, cshm_error *err) {
  const toml::source_position begin = node.source().begin;
  const char *wanted = "a string or a whole number", *found = kind_of(node);
  cshm_status status = CSHM_ERR_CORRUPT;
  char digits[24], quoted[HEAD_QUOTED_SIZE];
  head_value value = {};
  if (const auto *string = node.as_string()) {
    value = {string->get().data(), string->get().size(), false};
  } else if (const auto *integer = node.as_integer()) {
    const int length = std::snprintf(digits, sizeof digits, "%" PRId64, integer->get());
    value = {digits, static_cast<size_t>(length), true};
  }
  if (value.text != nullptr) {
    status = cshm__head_take(&reader, cshm__head_key(name, std::strlen(name)), &value, &wanted);
    found = cshm__head_quoted(&value, quoted);
  }
  return status == CSHM_OK ? CSHM_OK : cshm__head_fail(err, status, {file, begin.line, begin.column}, wanted, found);
}

} // namespace

cshm_status cshm__toml_parse_head(const char *text, size_t length, const char *file, manifest_head *head,
                                  cshm_error *err) {
  const toml::parse_result result = toml::parse(std::string_view(text, length));
  if (!result) {
    const toml::source_position begin = result.error().source().begin;
    const std::string_view why = result.error().description();
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "manifest %s:%u:%u: not TOML: %.*s", file, unsigned(begin.line),
                      unsigned(begin.column), int(why.size()), why.data());
  }
  head_reader reader = {};
  while (const char *name =
             cshm__head_missing(&reader)) { // the version comes first, so that a newer one is told as such
    const toml::node *node = result.table().get(name);
    if (node == nullptr) {
      char wanted[40];
      std::snprintf(wanted, sizeof wanted, "the key '%s'", name);
      const char *found = "the end of the head";
      return cshm__head_fail(err, CSHM_ERR_CORRUPT, cshm__toml_place(file, text, length), wanted, found);
    }
    const cshm_status status = take(reader, name, *node, file, err);
    if (status != CSHM_OK) return status;
  }
  *head = reader.head;
  return CSHM_OK;
}
