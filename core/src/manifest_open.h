/* SPDX-License-Identifier: MIT */
/* manifest_open: a manifest or layout that a caller holds: a document on the heap, read and checked. */
#ifndef CUTESHM_MANIFEST_OPEN_H
#define CUTESHM_MANIFEST_OPEN_H

#include "manifest.h"

/* A document that the caller ends by cshm__manifest_close. As `parse` of the syntax, and as cshm__manifest_check. */
cshm_status cshm__manifest_parse(const struct manifest_syntax *syntax, const struct document_source *source,
                                 struct document **document, cshm_error *err);

/* The same from a file, whose syntax is what its name ends in, YAML where that is none of ours. As cshm__platform_path_open, too. */
cshm_status cshm__manifest_open(const char *path, struct document **document, cshm_error *err);

void cshm__manifest_close(struct document *document);

#endif
