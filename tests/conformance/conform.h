/*
 * The two halves of the conformance program.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CUTESHM_TESTS_CONFORM_H
#define CUTESHM_TESTS_CONFORM_H

#include "case_file.h"

/**
 * Makes the project from the cases; returns what cshm_builder_publish gives. A failing call ends the program with the
 * library's message.
 */
cshm_attachment conform_write(cshm_store store, const char *project, const case_file *cases, int sealed);

/** Compares the project with the cases, prints each difference, and returns how many there are. */
size_t conform_read(cshm_attachment attachment, const case_file *cases);

/** Ends the program with the library's message, unless all is well. */
void conform_require(cshm_status status, const cshm_error *err, const char *what);

/** Zeroed memory of at least one byte; ends the program where there is none. */
void *conform_allocate(uint64_t nbytes);

#endif
