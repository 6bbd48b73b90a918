// SPDX-License-Identifier: MIT
// Parses texts into documents, and shows these as one line.
#pragma once

extern "C" {
#include "document.h"
#include "manifest.h"
}
#include "catch.hpp"

#include <string>

// A document that ends with its scope.
struct Document {
  document it;
  cshm_status status = CSHM_OK;
  std::string message;

  explicit Document(const char *name = "f") { cshm__document_init(&it, name); }
  Document(const manifest_syntax &syntax, const std::string &text) : Document() {
    cshm_error err = CSHM_ERROR_INIT;
    const document_source source = {text.data(), text.size(), "f"};
    status = syntax.parse(&source, &it, &err);
    message = err.message;
  }
  Document(const Document &) = delete;
  Document &operator=(const Document &) = delete;
  ~Document() { cshm__document_free(&it); }

  const document_node &node(uint32_t number) const { return *cshm__document_node(&it, number); }
  std::string string(uint32_t place, uint32_t length) const {
    return std::string(cshm__document_string(&it, place), length);
  }
  std::string lead() const { return string(it.lead, it.lead_length); }

  // {a:i1 b:[n t f1.5 s"x" p"y"]}: i integer, f float, n null, t true, F false, s string, p string that was plain.
  std::string shown(uint32_t number = 0) const {
    const document_node &it_is = node(number);
    const std::string text = string(it_is.text, it_is.text_length);
    switch (it_is.kind) {
    case DOCUMENT_NULL:
      return "n";
    case DOCUMENT_BOOL:
      return it_is.boolean ? "t" : "F";
    case DOCUMENT_INTEGER:
      return std::string("i") + (it_is.negative ? "-" : "") + std::to_string(it_is.magnitude);
    case DOCUMENT_FLOAT:
      return "f" + std::to_string(it_is.real);
    case DOCUMENT_STRING:
      return (it_is.quoted ? "s\"" : "p\"") + text + "\"";
    default:
      return shown_children(it_is);
    }
  }

private:
  std::string shown_children(const document_node &parent) const {
    const bool is_map = parent.kind == DOCUMENT_MAP;
    std::string all = is_map ? "{" : "[";
    for (uint32_t child = parent.first; child != DOCUMENT_NONE; child = node(child).next) {
      if (child != parent.first) all += " ";
      if (is_map) all += string(node(child).key, node(child).key_length) + ":";
      all += shown(child);
    }
    return all + (is_map ? "}" : "]");
  }
};
