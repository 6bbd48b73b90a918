/* SPDX-License-Identifier: MIT */
/* cli_listing: what the commands share that print listings: of projects, of leftovers, of what was repaired. */
#ifndef CUTESHM_CLI_LISTING_H
#define CUTESHM_CLI_LISTING_H

#include <cuteshm/cuteshm.h>
#include <stddef.h>

/* Room for every store's root. */
#define CLI_ROOT_TEXT 3001

/* Calls `each` for every project of the listing. */
cshm_status cli_each_project(cshm_listing listing, void (*each)(void *user, const cshm_project *project), void *user,
                             cshm_error *err);

/* Columns that a column of names takes: what its title and its names want, up to a bound. */
cshm_status cli_name_width(cshm_listing listing, int *width, cshm_error *err);

/* The project's name, or "-" for what is left of one that is not known. */
const char *cli_project_name(const cshm_project *project);

/* The store's root, to be named in a message. */
cshm_status cli_store_root(cshm_store store, char root[CLI_ROOT_TEXT], cshm_error *err);

/* Begins a JSON document: {"store": "...". */
cshm_status cli_begin_json(cshm_store store, cshm_error *err);

/* One member of a JSON object that is not the first: , "key": "text". */
void cli_print_json_member(const char *key, const char *text);

#endif
