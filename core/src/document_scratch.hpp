// SPDX-License-Identifier: MIT
// Documents from a line of flow style, enough of it for values as cute-shm writes them, without a parser's help.
#pragma once

extern "C" {
#include "document.h"
}
#include "catch.hpp"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

// Node 0 is a map, and its one key "value" has what the line says.
class FlowDocument {
public:
  document made{};
  uint32_t value = 0;

  explicit FlowDocument(const std::string &flow) : text_(flow) {
    cshm__document_init(&made, "f.yaml");
    document_node root = node(DOCUMENT_MAP, DOCUMENT_NONE);
    add(root, "", "");
    value = read(0, "value");
    INFO(flow);
    REQUIRE(at_ == text_.size());
  }
  ~FlowDocument() { cshm__document_free(&made); }
  FlowDocument(const FlowDocument &) = delete;
  FlowDocument &operator=(const FlowDocument &) = delete;

private:
  std::string text_;
  size_t at_ = 0;

  document_node node(document_kind kind, uint32_t parent) const {
    document_node made_node = {};
    made_node.kind = kind;
    made_node.parent = parent;
    made_node.line = 1;
    made_node.column = uint32_t(at_ + 1);
    return made_node;
  }
  uint32_t add(const document_node &one, const std::string &key, const std::string &text) {
    uint32_t number = 0;
    REQUIRE(cshm__document_add(&made, &one, {key.data(), key.size()}, {text.data(), text.size()}, &number, nullptr) ==
            CSHM_OK);
    return number;
  }
  bool take(char wanted) {
    while (at_ < text_.size() && text_[at_] == ' ')
      at_++;
    bool found = at_ < text_.size() && text_[at_] == wanted;
    at_ += found;
    return found;
  }
  uint32_t read(uint32_t parent, const std::string &key) {
    while (at_ < text_.size() && text_[at_] == ' ')
      at_++;
    document_node one = node(DOCUMENT_STRING, parent);
    if (take('[')) return read_list(one, key);
    if (take('{')) return read_map(one, key);
    if (take('"')) return read_quoted(one, key);
    return read_word(one, key);
  }
  uint32_t read_list(document_node one, const std::string &key) {
    one.kind = DOCUMENT_LIST;
    uint32_t list = add(one, key, "");
    while (!take(']')) {
      read(list, "");
      take(',');
    }
    return list;
  }
  uint32_t read_map(document_node one, const std::string &key) {
    one.kind = DOCUMENT_MAP;
    uint32_t map = add(one, key, "");
    size_t colon = text_.find(':', at_);
    std::string name = text_.substr(at_, colon - at_);
    at_ = colon + 1;
    read(map, name);
    REQUIRE(take('}'));
    return map;
  }
  uint32_t read_quoted(document_node one, const std::string &key) {
    one.quoted = true;
    std::string said;
    for (; text_[at_] != '"'; at_++) {
      if (text_[at_] != '\\')
        said += text_[at_];
      else if (text_[++at_] != 'u')
        said += text_[at_];
      else {
        said += char(std::stoi(text_.substr(at_ + 1, 4), nullptr, 16));
        at_ += 4;
      }
    }
    at_++;
    return add(one, key, said);
  }
  uint32_t read_word(document_node one, const std::string &key) {
    size_t end = text_.find_first_of(",]} ", at_);
    std::string word = text_.substr(at_, end - at_);
    at_ += word.size();
    const bool is_number = word.find_first_not_of("0123456789", word[0] == '-') == std::string::npos;
    char *rest = nullptr;
    one.real = std::strtod(word.c_str(), &rest);
    if (word == "true" || word == "false") {
      one.kind = DOCUMENT_BOOL;
      one.boolean = word == "true";
    } else if (is_number) {
      one.kind = DOCUMENT_INTEGER;
      one.negative = word[0] == '-';
      one.magnitude = std::strtoull(word.c_str() + one.negative, nullptr, 10);
    } else if (word == ".nan" || word == ".inf" || word == "-.inf") {
      one.kind = DOCUMENT_FLOAT;
      const double inf = std::numeric_limits<double>::infinity();
      one.real = word == ".nan" ? std::numeric_limits<double>::quiet_NaN() : word == ".inf" ? inf : -inf;
    } else if (*rest == '\0') {
      one.kind = DOCUMENT_FLOAT;
    }
    return add(one, key, word);
  }
};
