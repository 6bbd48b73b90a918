/* SPDX-License-Identifier: MIT */
#include "h5descr.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void cshm__h5_descr_begin(struct h5descr *descr) {
  descr->length = 0;
  descr->full = false;
  descr->text[0] = '\0';
}

void cshm__h5_descr_put(struct h5descr *descr, const char *text) {
  size_t length = strlen(text);
  if (length >= sizeof descr->text - descr->length) {
    descr->full = true;
    return;
  }
  memcpy(descr->text + descr->length, text, length + 1);
  descr->length += length;
}

void cshm__h5_descr_put_string(struct h5descr *descr, const char *text) {
  cshm__h5_descr_put(descr, "\"");
  for (; *text; text++) {
    char piece[8] = {*text, '\0'};
    if (*text == '"' || *text == '\\')
      snprintf(piece, sizeof piece, "\\%c", *text);
    else if ((unsigned char)*text < 0x20)
      snprintf(piece, sizeof piece, "\\u%04x", (unsigned char)*text);
    cshm__h5_descr_put(descr, piece);
  }
  cshm__h5_descr_put(descr, "\"");
}

void cshm__h5_descr_put_padding(struct h5descr *descr, size_t size) {
  char text[48];
  snprintf(text, sizeof text, "[\"\",\"|V%zu\"]", size);
  cshm__h5_descr_put(descr, text);
}

void cshm__h5_descr_put_shape(struct h5descr *descr, uint32_t ndim, const int64_t *shape) {
  for (uint32_t i = 0; i < ndim; i++) {
    char text[32];
    snprintf(text, sizeof text, "%s%" PRId64, i == 0 ? ",[" : ",", shape[i]);
    cshm__h5_descr_put(descr, text);
  }
  cshm__h5_descr_put(descr, "]");
}
