/* SPDX-License-Identifier: MIT */
#include "h5column.h"

#include "h5disk.h"
#include "utf8.h"

#include <string.h>

#define MAX_DEPTH 16
#define MAX_COLUMNS 512

/* What is being built. */
struct building {
  struct h5plan *plan;
  const struct h5raw *raw;
  struct h5type *type;
  struct h5reason *reason;
  int depth;
  size_t columns;
};

static hid_t build(struct building *building, hid_t file_type, struct h5column *column);

static hid_t failed(struct building *building) {
  cshm__h5_reason_words(building->reason, "its type cannot be read");
  return H5I_INVALID_HID;
}

static hid_t no_memory(struct building *building) {
  cshm__h5_reason_memory(building->reason);
  return H5I_INVALID_HID;
}

static bool super_is_variable(hid_t type) {
  hid_t base = H5Tget_super(type);
  bool variable = base >= 0 && cshm__h5_column_is_variable(base);
  if (base >= 0) H5Tclose(base);
  return variable;
}

static bool member_is_variable(hid_t type, unsigned number) {
  hid_t member = H5Tget_member_type(type, number);
  bool variable = member >= 0 && cshm__h5_column_is_variable(member);
  if (member >= 0) H5Tclose(member);
  return variable;
}

bool cshm__h5_column_is_variable(hid_t file_type) {
  bool variable = false;
  switch (H5Tget_class(file_type)) {
  case H5T_COMPOUND:
    for (int i = 0; !variable && i < H5Tget_nmembers(file_type); i++)
      variable = member_is_variable(file_type, (unsigned)i);
    return variable;
  case H5T_ARRAY:
    return super_is_variable(file_type);
  default:
    return cshm__h5_raw_content(file_type) != H5CONTENT_FIXED;
  }
}

/* ---- leaves ---------------------------------------------------------------------------------------- */

static hid_t build_fixed(struct building *building, hid_t file_type, struct h5column *column) {
  struct h5type *type = building->type;
  if (!cshm__h5_type_begin(file_type, type, building->reason)) return H5I_INVALID_HID;
  hid_t memory = type->memory;
  type->memory = H5I_INVALID_HID;
  column->ndim = type->ndim;
  memcpy(column->shape, type->shape, type->ndim * sizeof *type->shape);
  column->size = H5Tget_size(memory);
  column->from = H5Tcopy(file_type);
  column->to = H5Tcopy(memory);
  if (!column->dtype) column->dtype = cshm__h5_plan_copy(building->plan, type->dtype.text);
  cshm_dtype parts = CSHM_DTYPE_INIT;
  cshm_error said = CSHM_ERROR_INIT;
  bool good = column->dtype && column->from >= 0 && column->to >= 0;
  if (!good) {
    no_memory(building);
  } else if (cshm_dtype_parse(column->dtype, &parts, &said) != CSHM_OK) {
    cshm__h5_reason(building->reason, "%s", said.message);
    good = false;
  }
  if (good) return memory;
  H5Tclose(memory);
  return H5I_INVALID_HID;
}

static hid_t build_text(struct building *building, struct h5column *column) {
  if (!column->kind) column->kind = "utf8";
  column->dtype = "|u1";
  column->size = cshm__h5_raw_size(building->raw, column->content);
  return H5Tcopy(cshm__h5_raw_type(building->raw, column->content));
}

/* ---- columns with others in them ------------------------------------------------------------------- */

/* What a path calls a field. NULL: out of memory. */
static const char *part_of(struct h5plan *plan, const char *name) {
  if (strcmp(name, ".") == 0) return "%2E";
  if (!strchr(name, '/')) return name;
  char *part = (char *)cshm__h5_plan_alloc(plan, 3 * strlen(name) + 1), *out = part;
  for (; part && *name; name++) {
    size_t size = *name == '/' ? 3 : 1;
    memcpy(out, *name == '/' ? "%2F" : name, size);
    out += size;
  }
  return part;
}

/* The column at *place, which is made where there is none yet. */
static struct h5column *take_column(struct building *building, struct h5column **place, const char *name) {
  if (*place) return *place;
  if (building->columns++ >= MAX_COLUMNS) {
    cshm__h5_reason(building->reason, "its type has more than %d parts of any length", MAX_COLUMNS);
    return NULL;
  }
  struct h5column *column = (struct h5column *)cshm__h5_plan_alloc(building->plan, sizeof *column);
  if (column) column->name = cshm__h5_plan_copy(building->plan, name);
  if (column && column->name) column->part = part_of(building->plan, column->name);
  if (column && column->part) {
    column->array = column->values_array = UINT32_MAX;
    *place = column;
    return column;
  }
  no_memory(building);
  return NULL;
}

static hid_t build_sequence(struct building *building, hid_t file_type, struct h5column *column) {
  column->kind = "sequence";
  column->size = cshm__h5_raw_size(building->raw, H5CONTENT_SEQUENCE);
  hid_t item = H5Tget_super(file_type);
  column->from = item >= 0 ? cshm__h5_disk_type(building->raw, item) : H5I_INVALID_HID;
  struct h5column *items = column->from >= 0 ? take_column(building, &column->first, "values") : NULL;
  if (column->from < 0) failed(building);
  column->to = items ? build(building, item, items) : H5I_INVALID_HID;
  if (item >= 0) H5Tclose(item);
  if (column->to < 0) {
    if (items) cshm__h5_reason_in(building->reason, "in its variable-length sequences: ");
    return H5I_INVALID_HID;
  }
  return H5Tcopy(cshm__h5_raw_type(building->raw, H5CONTENT_SEQUENCE));
}

/* Whether the field can be told from the others of its compound. */
static bool part_is_good(struct building *building, hid_t file_type, const struct h5column *field) {
  size_t length = strlen(field->part);
  if (length > CSHM_MAX_NAME)
    cshm__h5_reason(building->reason, "it has a field whose name has %zu bytes; at most %d are allowed", length,
                    CSHM_MAX_NAME);
  else if (field->part != field->name && H5Tget_member_index(file_type, field->part) >= 0)
    cshm__h5_reason(building->reason, "it has the fields '%s' and '%s', which would have one name", field->name,
                    field->part);
  else
    return true;
  return false;
}

static bool name_is_good(struct building *building, const char *name) {
  if (name && name[0] != '\0' && cshm__utf8_valid(name, strlen(name))) return true;
  cshm__h5_reason(building->reason, "it has a field whose name is %s", name && name[0] != '\0' ? "not UTF-8" : "empty");
  return false;
}

/* Builds the field `member`, and puts it behind the others in *memory, which is made where there is none. */
static bool build_field(struct building *building, hid_t file_type, unsigned member, struct h5column **place,
                        hid_t *memory) {
  char *name = H5Tget_member_name(file_type, member);
  hid_t type = H5Tget_member_type(file_type, member);
  struct h5column *field = name_is_good(building, name) ? take_column(building, place, name) : NULL;
  if (field && !part_is_good(building, file_type, field)) field = NULL;
  hid_t part = field && type >= 0 ? build(building, type, field) : H5I_INVALID_HID;
  bool good = part >= 0;
  if (field && type < 0) failed(building);
  if (field && type >= 0 && !good) cshm__h5_reason_in(building->reason, "field '%s': ", name);
  if (good) {
    field->offset = *memory >= 0 ? H5Tget_size(*memory) : 0;
    size_t end = field->offset + H5Tget_size(part);
    if (*memory < 0)
      *memory = H5Tcreate(H5T_COMPOUND, end);
    else
      good = H5Tset_size(*memory, end) >= 0;
    good = good && *memory >= 0 && H5Tinsert(*memory, name, field->offset, part) >= 0;
    if (!good) failed(building);
    H5Tclose(part);
  }
  if (type >= 0) H5Tclose(type);
  H5free_memory(name);
  return good;
}

static hid_t build_record(struct building *building, hid_t file_type, struct h5column *column) {
  hid_t memory = H5I_INVALID_HID;
  struct h5column **place = &column->first;
  int count = H5Tget_nmembers(file_type);
  bool good = count > 0;
  column->kind = "record";
  for (int i = 0; good && i < count; i++) {
    good = build_field(building, file_type, (unsigned)i, place, &memory);
    if (good) place = &(*place)->next;
  }
  if (good) {
    column->size = H5Tget_size(memory);
    return memory;
  }
  if (memory >= 0) H5Tclose(memory);
  return H5I_INVALID_HID;
}

/* ---- any ------------------------------------------------------------------------------------------- */

/* An array type of elements of any length: its lengths become dimensions. */
static hid_t build_array(struct building *building, hid_t file_type, struct h5column *column) {
  hsize_t lengths[H5S_MAX_RANK];
  int rank = H5Tget_array_ndims(file_type);
  hid_t base = H5Tget_super(file_type);
  if (rank < 1 || rank > H5S_MAX_RANK || base < 0 || H5Tget_array_dims2(file_type, lengths) < 0)
    return failed(building);
  if (column->ndim + (uint32_t)rank > CSHM_MAX_NDIM) {
    H5Tclose(base);
    cshm__h5_reason(building->reason, "it has more than %d dimensions", CSHM_MAX_NDIM);
    return H5I_INVALID_HID;
  }
  for (int i = 0; i < rank; i++) {
    column->shape[column->ndim++] = (int64_t)lengths[i];
    column->times *= lengths[i]; /* HDF5 has no types of 4 GiB or more */
  }
  hid_t part = H5Tget_class(base) == H5T_ARRAY ? build_array(building, base, column) : build(building, base, column);
  hid_t memory = part >= 0 ? H5Tarray_create2(part, (unsigned)rank, lengths) : H5I_INVALID_HID;
  if (part >= 0) H5Tclose(part);
  H5Tclose(base);
  return part >= 0 && memory < 0 ? failed(building) : memory;
}

static hid_t build_content(struct building *building, hid_t file_type, struct h5column *column) {
  switch (column->content) {
  case H5CONTENT_FIXED:
    return build_fixed(building, file_type, column);
  case H5CONTENT_RECORD:
    return build_record(building, file_type, column);
  case H5CONTENT_SEQUENCE:
    return build_sequence(building, file_type, column);
  default:
    return build_text(building, column);
  }
}

static hid_t build(struct building *building, hid_t file_type, struct h5column *column) {
  bool variable = cshm__h5_column_is_variable(file_type), array = H5Tget_class(file_type) == H5T_ARRAY;
  if (building->depth == MAX_DEPTH) {
    cshm__h5_reason(building->reason, "its types nest deeper than %d", MAX_DEPTH);
    return H5I_INVALID_HID;
  }
  if (variable && array && column->times == 0) column->times = 1;
  if (variable && array) return build_array(building, file_type, column);
  if (column->times == 0) column->times = 1;
  column->content = variable ? cshm__h5_raw_content(file_type) : H5CONTENT_FIXED;
  if (variable && H5Tget_class(file_type) == H5T_COMPOUND) column->content = H5CONTENT_RECORD;
  building->depth++;
  hid_t memory = build_content(building, file_type, column);
  building->depth--;
  return memory;
}

static void begin(struct h5column *column) {
  for (; column; column = column->next) {
    column->from = column->to = H5I_INVALID_HID;
    column->ndim = 0;
    column->times = 0;
    begin(column->first);
  }
}

hid_t cshm__h5_column_open(struct h5plan *plan, const struct h5raw *raw, hid_t file_type, struct h5type *type,
                           struct h5column *column, struct h5reason *reason) {
  struct building building = {.plan = plan, .raw = raw, .type = type, .reason = reason};
  begin(column);
  hid_t memory = build(&building, file_type, column);
  if (memory < 0) cshm__h5_column_close(column);
  return memory;
}

void cshm__h5_column_close(struct h5column *column) {
  for (; column; column = column->next) {
    if (column->from > 0) H5Tclose(column->from);
    if (column->to > 0) H5Tclose(column->to);
    column->from = column->to = H5I_INVALID_HID;
    cshm__h5_column_close(column->first);
  }
}

/* ---- sums ------------------------------------------------------------------------------------------ */

static uint64_t add(uint64_t sum, uint64_t count, uint64_t size) {
  uint64_t more = size > 0 && count > UINT64_MAX / size ? UINT64_MAX : count * size;
  return more > UINT64_MAX - sum ? UINT64_MAX : sum + more;
}

uint64_t cshm__h5_column_nbytes(const struct h5column *column) {
  uint64_t sum = 0;
  for (; column; column = column->next) {
    if (column->content == H5CONTENT_FIXED) {
      sum = add(sum, column->count, column->size);
      continue;
    }
    if (column->content != H5CONTENT_RECORD) sum = add(sum, column->count + 1, sizeof(int64_t));
    if (!column->first) sum = add(sum, column->value_count, 1);
    sum = add(sum, cshm__h5_column_nbytes(column->first), 1);
  }
  return sum;
}

size_t cshm__h5_column_total(const struct h5column *column) {
  size_t sum = 0;
  for (; column; column = column->next)
    sum += 1 + cshm__h5_column_total(column->first);
  return sum;
}

size_t cshm__h5_column_path_length(const struct h5column *column) {
  size_t longest = 0;
  for (; column; column = column->next) {
    size_t length = strlen(column->part) + 1 + (column->first ? cshm__h5_column_path_length(column->first) : 0);
    size_t offsets = column->content == H5CONTENT_FIXED ? 0 : strlen(column->part) + sizeof "//offsets";
    if (offsets > length) length = offsets;
    longest = length > longest ? length : longest;
  }
  return longest;
}
