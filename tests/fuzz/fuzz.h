/* SPDX-License-Identifier: MIT */
/* fuzz: what the targets share. Each reads any bytes; what must hold, and does not, ends the program. */
#ifndef CUTESHM_FUZZ_H
#define CUTESHM_FUZZ_H

#include "manifest.h"

#include <stddef.h>
#include <stdint.h>

/* A target: what libFuzzer, and fuzz_replay, calls. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program with these words. */
_Noreturn void fuzz_broken(const char *what);

/* Reads a text. False where it is refused, which must be in words, and with a status that the API tells; then there is nothing to
 * free. */
bool fuzz_parse(const struct manifest_syntax *syntax, const void *data, size_t size, struct document *document);

/* Writes a document, which may fail only where the syntax has not what it says: then false. */
bool fuzz_write(const struct manifest_syntax *syntax, const struct document *document, struct text *text);

/* Parses what the library has written itself. */
void fuzz_parse_own(const struct manifest_syntax *syntax, const struct text *text, struct document *document);

/* That two texts, or documents, are the same. Of documents, what a manifest's meaning may change from one syntax to the other is
 * passed over: an attribute's value is one and the same, but as a number or as a string of its digits. */
void fuzz_same_text(const struct text *one, const struct text *other, const char *what);
void fuzz_same_document(const struct document *one, const struct document *other);

/* Whether it is a manifest or a layout. */
bool fuzz_means(const struct document *document);

/* Writes a document and puts what is read of it in its place, which is the same. False: it cannot be written. `keeps`: written
 * again it is the same text. Any document keeps its text but for the first time: what no manifest may have, such as the value 0x10
 * of an attribute that has room for two letters, becomes 16, which it may. */
bool fuzz_rewrite(const struct manifest_syntax *syntax, struct document *document, bool keeps);

/* Reads the head, judges what the text means, and looks that what is written of it is read and written as the same again. */
void fuzz_syntax(const struct manifest_syntax *syntax, const uint8_t *data, size_t size);

#endif
