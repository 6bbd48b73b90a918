/* SPDX-License-Identifier: MIT */
#include "manifest_write.h"

#include "error.h"
#include "manifest_head.h"
#include "manifest_value.h"

#include <stdio.h>
#include <string.h>

struct writer {
  struct emitter emitter;
  const struct index *index;
  struct text *text; /* the emitter's */
};

static void add(struct writer *writer, const char *word) { cshm__text_add_word(writer->text, word); }

static void add_key(struct writer *writer, const char *key) { cshm__emit_key(&writer->emitter, key); }

static void add_string(struct writer *writer, uint32_t place, uint32_t length) {
  cshm__text_add_quoted(writer->text, writer->index->strings + place, length);
}

/* ---- head ---- */

static void add_line(struct writer *writer, const char *key, const char *string) {
  add_key(writer, key);
  cshm__text_add_quoted(writer->text, string, strlen(string));
  add(writer, "\n");
}

/* Days since 1970-01-01 to a date of the Gregorian calendar, counted in eras of 400 years that begin in March. */
static void civil_date(uint64_t days, uint64_t *year, unsigned *month, unsigned *day) {
  uint64_t shifted = days + 719468;
  uint64_t of_era = shifted % 146097;
  uint64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  uint64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned from_march = (unsigned)((5 * of_year + 2) / 153);
  *day = (unsigned)(of_year - (153 * from_march + 2) / 5 + 1);
  *month = from_march < 10 ? from_march + 3 : from_march - 9;
  *year = year_of_era + shifted / 146097 * 400 + (*month <= 2 ? 1 : 0);
}

static void add_created(struct writer *writer, uint64_t created_ns) {
  char text[64];
  uint64_t seconds = created_ns / 1000000000, year;
  unsigned month, day, of_day = (unsigned)(seconds % 86400);
  civil_date(seconds / 86400, &year, &month, &day);
  snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02u.%09uZ", (unsigned)year, month, day, of_day / 3600,
           of_day / 60 % 60, of_day % 60, (unsigned)(created_ns % 1000000000));
  add_line(writer, "created", text);
}

static void add_head(struct writer *writer, const char *segment) {
  const struct format_header *header = writer->index->header;
  char generation[17];
  add(writer,
      "# A cute-shm project: docs/format.md tells how to read it. Written by cute-shm " CSHM_VERSION_STRING ".\n");
  add_key(writer, "cute-shm");
  cshm__text_add_unsigned(writer->text, MANIFEST_VERSION);
  add(writer, "\n");
  add_line(writer, "project", header->project);
  snprintf(generation, sizeof generation, "%016llx", (unsigned long long)header->generation);
  add_line(writer, "generation", generation);
  add_line(writer, "segment", segment);
  add_line(writer, "lifetime",
           cshm__head_lifetime(header->lifetime)); /* who reads a head stops where it knows all others */
  add_key(writer, "bytes");
  cshm__text_add_unsigned(writer->text, header->segment_size);
  add(writer, "\n");
  add_created(writer, header->created_ns);
  if (writer->index->array_count == 0) { /* here, since TOML has no key of the top level after a table */
    add_key(writer, "arrays");
    add(writer, "[]\n");
  }
}

/* ---- lists ---- */

static void open_list(struct writer *writer, const char *list) {
  cshm__emit_list_open(&writer->emitter, list, strlen(list));
}

static void open_item(struct writer *writer, const char *list) {
  cshm__emit_item_open(&writer->emitter, list, strlen(list));
}

static void add_next_key(struct writer *writer, const char *key) {
  cshm__emit_item_next(&writer->emitter);
  add_key(writer, key);
}

static void close_item(struct writer *writer) { cshm__emit_item_close(&writer->emitter); }

/* Notes of one kind; no list where there are none. */
static void add_notes(struct writer *writer, uint32_t kind, const char *list, const char *key, const char *text) {
  bool any = false;
  for (uint32_t i = 0; i < writer->index->note_count; i++) {
    const struct format_note *note = &writer->index->notes[i];
    if (note->kind != kind) continue;
    if (!any) open_list(writer, list);
    any = true;
    open_item(writer, list);
    add_key(writer, key);
    add_string(writer, note->key, note->key_length);
    add_next_key(writer, text);
    add_string(writer, note->text, note->text_length);
    close_item(writer);
  }
}

/* ---- attributes ---- */

static void add_shape(struct writer *writer, uint32_t ndim, const int64_t *shape) {
  add(writer, "[");
  for (uint32_t i = 0; i < ndim; i++) {
    add(writer, i == 0 ? "" : ", ");
    cshm__text_add_signed(writer->text, shape[i]);
  }
  add(writer, "]");
}

static void add_dtype(struct writer *writer, uint32_t number) {
  const struct format_dtype *dtype = &writer->index->dtypes[number];
  add_string(writer, dtype->text, dtype->text_length);
}

static void add_value(struct writer *writer, const struct format_attribute *attribute) {
  const struct index *index = writer->index;
  const struct format_dtype *dtype = &index->dtypes[attribute->dtype];
  struct manifest_value value = {index->strings + dtype->text,
                                 dtype->text_length,
                                 attribute->ndim,
                                 index->extents + attribute->extents,
                                 index->blobs + attribute->value,
                                 attribute->nbytes,
                                 false};
  size_t start = writer->text->length;
  add(writer, ", ");
  add_key(writer, "value");
  if (!cshm__manifest_value(writer->emitter.dialect, &value, writer->text)) writer->text->length = start;
}

static void add_attribute(struct writer *writer, const struct format_attribute *attribute) {
  cshm__emit_quoted_key(&writer->emitter, writer->index->strings + attribute->name, attribute->name_length);
  add(writer, "{");
  add_key(writer, "dtype");
  add_dtype(writer, attribute->dtype);
  add(writer, ", ");
  add_key(writer, "shape");
  add_shape(writer, attribute->ndim, writer->index->extents + attribute->extents);
  add_value(writer, attribute);
  add(writer, "}");
}

static void add_attributes(struct writer *writer, const struct format_node *node) {
  static const char key[] = "attributes";
  if (node->attribute_count == 0) return;
  cshm__emit_item_next(&writer->emitter);
  for (uint32_t i = 0; i < node->attribute_count; i++) {
    cshm__emit_map_next(&writer->emitter, key, sizeof key - 1, i == 0);
    add_attribute(writer, &writer->index->attributes[node->attribute_first + i]);
  }
  cshm__emit_map_close(&writer->emitter);
}

/* ---- nodes ---- */

static void add_path(struct writer *writer, const struct format_node *node) {
  add_key(writer, "path");
  add_string(writer, node->path, node->path_length);
}

static void add_group(struct writer *writer, const struct format_node *node) {
  open_item(writer, "groups");
  add_path(writer, node);
  add_attributes(writer, node);
  close_item(writer);
}

static void add_alias(struct writer *writer, const struct format_node *node, const struct format_node *first) {
  open_item(writer, "arrays");
  add_path(writer, node);
  add_next_key(writer, "alias");
  add_string(writer, first->path, first->path_length);
  close_item(writer);
}

static void add_array(struct writer *writer, const struct format_node *node, const struct format_array *array) {
  open_item(writer, "arrays");
  add_path(writer, node);
  add_next_key(writer, "dtype");
  add_dtype(writer, array->dtype);
  add_next_key(writer, "shape");
  add_shape(writer, array->ndim, writer->index->extents + array->extents);
  add_next_key(writer, "order");
  add(writer, array->order == CSHM_ORDER_C ? "\"C\"" : "\"F\"");
  add_next_key(writer, "offset");
  cshm__text_add_unsigned(writer->text, array->offset);
  add_next_key(writer, "bytes");
  cshm__text_add_unsigned(writer->text, array->nbytes);
  add_attributes(writer, node);
  close_item(writer);
}

static void add_groups(struct writer *writer) {
  open_list(writer, "groups");
  for (uint32_t i = 0; i < writer->index->node_count; i++)
    if (writer->index->nodes[i].kind == CSHM_GROUP) add_group(writer, &writer->index->nodes[i]);
}

/* Not called where there are none: add_head says so. */
static void add_arrays(struct writer *writer) {
  const struct index *index = writer->index;
  open_list(writer, "arrays");
  for (uint32_t i = 0; i < index->node_count; i++) {
    const struct format_node *node = &index->nodes[i];
    if (node->kind != CSHM_ARRAY) continue;
    const struct format_array *array = &index->arrays[node->array];
    if (array->node == i)
      add_array(writer, node, array);
    else
      add_alias(writer, node, &index->nodes[array->node]);
  }
}

cshm_status cshm__manifest_write(const struct manifest_dialect *dialect, const struct index *index, const char *segment,
                                 struct text *text, cshm_error *err) {
  struct writer writer = {{dialect, text}, index, text};
  add_head(&writer, segment);
  add_notes(&writer, CSHM_NOTE_ORIGIN, "origin", "key", "text");
  add_notes(&writer, CSHM_NOTE_SKIPPED, "skipped", "path", "reason");
  add_groups(&writer);
  if (index->array_count > 0) add_arrays(&writer);
  if (text->failed)
    return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for the manifest of project '%s'", index->header->project);
  return CSHM_OK;
}
