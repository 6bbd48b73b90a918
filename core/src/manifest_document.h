/* SPDX-License-Identifier: MIT */
/* manifest_document: a document as text, in every syntax, so that a manifest comes out as manifest_write writes it. */
#ifndef CUTESHM_MANIFEST_DOCUMENT_H
#define CUTESHM_MANIFEST_DOCUMENT_H

#include "document.h"
#include "manifest_emit.h"

/* Adds the whole document: comments before all else, then its keys in their order. At the top a list whose items are all maps with
 * keys is written item by item, everything else on one line; a syntax of tables, which lets no other key follow a table, has only
 * those lists so that come after all else. What an attribute's value and a fill are depends on their dtype, so they are read and
 * written by it; where they do not fit it, as all else is, by what they are. CSHM_ERR_UNSUPPORTED: a value that the syntax has not,
 * with line and column; CSHM_ERR_NO_MEMORY. */
cshm_status cshm__manifest_document(const struct manifest_dialect *dialect, const struct document *document,
                                    struct text *text, cshm_error *err);

#endif
