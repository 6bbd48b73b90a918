/* SPDX-License-Identifier: MIT */
/* cute-shm: the command line. Called by another name, it is a program of cute-shm 1.2 (v1.h). */
#include "cli.h"
#include "v1.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

const struct cli_option cli_options[] = {
    {'n', 'n', "name", "PROJECT", "what to call the project; default: the file's name without its ending"},
    {'o', 'o', "overwrite", NULL, "replace a project of that name; who has it open keeps the old one, whole"},
    {'s', 's', "strict", NULL, "fail, and create nothing, if anything in the file cannot be loaded"},
    {'i', 0, "select", "GLOB", "load only what matches; may be given again: see above"},
    {'x', 0, "exclude", "GLOB", "leave out what matches; may be given again"},
    {'m', 0, "max-bytes-per-dataset", "N", "leave out larger datasets: bytes, or with K, M, G or T behind"},
    {'I', 0, "no-isolate", NULL, "read the file in this process, which a damaged one can then crash"},
    {'T', 0, "threads", "N", "that read and inflate; default: as many as there are cores"},
    {'e', 'e', "external-links", "WHERE", "follow links into other files: folder (of the file, and below) or anywhere"},
    {'b', 'b', "native-endian", NULL, "make numbers of the other byte order those of this machine"},
    {'l', 'l', "lifetime", "LIFE", "persistent (default), owner, or last-user: see above"},
    {'w', 'o', "overwrite", NULL, "replace a file of that name, as soon as the new one is whole"},
    {'z', 'z', "deflate", "LEVEL", "compress, 1 (fast) to 9 (small); default: 0, no compression"},
    {'c', 'c', "chunk", "BYTES", "size of a chunk; default: 1 MiB with --deflate, else no chunks"},
    {'t', 't', "threads", "N", "threads that compress; default: as many as there are cores"},
    {'q', 'q', "quiet", NULL, "print nothing but errors"},
    {'f', 'f', "format", "FORMAT", "yaml or toml: see above"},
    {'V', 'c', "convert", "FILE", "write FILE, a manifest or a layout, in another format; - is the standard input"},
    {'Y', 't', "to", "FORMAT", "yaml or toml: what FILE becomes; default: by the ending of --output"},
    {'O', 'o', "output", "FILE", "write to FILE, all of it or nothing; default: the standard output"},
    {'d', 'n', "dry-run", NULL, "remove nothing, only tell what would be"},
    {'j', 'j', "json", NULL, "print one JSON document"},
    {'r', 'r', "root", "DIR", "the store; default: $CUTE_SHM_ROOT, else that of this user, or group, in /tmp"},
    {'g', 'g', "group", "GROUP", "whose members share the store; default: $CUTE_SHM_GROUP, else nobody's"},
    {'a', 'a', "access", "ACCESS", "what they may do: r (read) or rw (all that you may); default: as it is, or r"},
    {'k', 'k', "skipped", NULL, "only what of the source is not in the project: path and reason, one a line"},
    {'h', 'h', "help", NULL, "print this"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_command cli_commands[] = {
    {"load", "[OPTION]... FILE [PROJECT]", "put an HDF5 file into shared memory",
     "Reads a whole HDF5 file and publishes it as a project, in one step: nobody sees a half of it, and\n"
     "whatever goes wrong leaves nothing behind. Ctrl-C cancels. What cannot be represented is left out\n"
     "and listed on stderr; `cute-shm show` lists it again.\n"
     "\n"
     "With --select and --exclude only some of the file is loaded. In a GLOB * stands for anything within a\n"
     "level of a path, ** across levels, ? for one character; one that matches a group takes all that is in\n"
     "it: --select entry/data --exclude '**/raw*'.\n"
     "\n"
     "A process of its own reads the file. If a damaged one makes HDF5 crash, loop or eat memory, only that ends,\n"
     "and the object at fault is named.\n"
     "\n"
     "The project stays until it is unlinked or the machine restarts. With --lifetime owner or last-user this\n"
     "program stays, until Ctrl-C, or until the project is unlinked or overwritten: with owner the project ends\n"
     "with it, with last-user then or later, when the last process that has it attached lets go.\n",
     "onsebixmTIlq", 1, 2, cli_load},
    {"save", "[OPTION]... PROJECT FILE", "write a project to an HDF5 file",
     "Writes groups, arrays and attributes of a project; loaded again, they are the same. The file gets its\n"
     "name when it is whole and on the disk: whatever goes wrong, or Ctrl-C, leaves nothing behind, and a\n"
     "file that was to be replaced as it was.\n",
     "wzctq", 2, 2, cli_save},
    {"create", "[OPTION]... PROJECT LAYOUT", "make a project from a layout",
     "LAYOUT is a file in YAML, or in TOML if its name ends in .toml, that tells groups, arrays and attributes,\n"
     "and what the arrays are filled with; a manifest will do, too. docs/layouts.md tells how it is written. With -\n"
     "it is read from the standard input, as YAML unless --format says otherwise. The project is published in one\n"
     "step. What is wrong in a layout is told with line and column, and then nothing is created.\n"
     "\n"
     "The project stays until it is unlinked or the machine restarts. With --lifetime owner or last-user this\n"
     "program stays, until Ctrl-C, or until the project is unlinked or overwritten: with owner the project ends\n"
     "with it, with last-user then or later, when the last process that has it attached lets go.\n",
     "olfq", 2, 2, cli_create},
    {"list", "[OPTION]...", "the projects of a store",
     "One line for each project, ordered by name. One that cannot be used says why. It is in use while a\n"
     "process has it attached. Projects whose owner, or last user, is gone are removed first.\n",
     "j", 0, 0, cli_list},
    {"show", "[OPTION]... PROJECT [PATH]", "what is in a project",
     "The tree of groups and arrays with type, shape, size and attributes; with PATH, only what is there,\n"
     "and its attributes at full length. With --skipped, what was left out when it was loaded.\n",
     "jk", 1, 2, cli_show},
    {"manifest", "[OPTION]... [PROJECT]", "a project's manifest, or a file's in another format",
     "Prints the manifest of PROJECT, written from its segment, whichever the store has: in the format that --format\n"
     "says, or the ending of --output, else $CUTE_SHM_MANIFEST, else YAML.\n"
     "\n"
     "With --convert it writes a manifest or a layout in the format that --to says. Keys keep their order, and those\n"
     "that are not known stay; what cute-shm wrote comes back byte for byte. From the standard input --format is what\n"
     "it is read as; default: the format that it does not become.\n",
     "fVYO", 0, 1, cli_manifest},
    {"unlink", "[OPTION]... PROJECT...", "remove projects",
     "The memory is given back as soon as nobody has the project open any more.\n", "", 1, -1, cli_unlink},
    {"gc", "[OPTION]...", "remove what the dead have left behind",
     "Projects whose owner, or last user, is gone; segments that are no project any more, or never became\n"
     "one; manifests whose segment is gone, and those that were never finished. Nothing that is alive, in\n"
     "the making, or another user's is touched. `load`, `list` and `show` clear away what they meet; this\n"
     "looks everywhere.\n"
     "\n"
     "It prints a line for each, with the memory given back and the reason, and a total. What cannot be\n"
     "removed is told on stderr, and makes the exit status 1; to find nothing is no failure.\n",
     "dj", 0, 0, cli_gc},
    {"repair", "[OPTION]... [PROJECT]...", "write manifests anew",
     "Of the projects named, or of all, whose manifest is gone, damaged, or another generation's, while\n"
     "their segment is whole: after a cleaner swept the store's directory, say. What was wrong with each\n"
     "is told. A project without a segment cannot be repaired: its data is gone.\n",
     "", 0, -1, cli_repair},
    {"version", "[OPTION]...", "versions of this program and its libraries", "", "", 0, 0, cli_version},
    {"help", "[OPTION]... [COMMAND]", "how to use a command", "", "", 0, 1, cli_help},
    {NULL, NULL, NULL, NULL, NULL, 0, 0, NULL}};

/* What was printed must have arrived: a full disk is an error, too. */
static enum cli_exit flush_output(enum cli_exit status) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return status;
  cli_error("cannot write the output: %s", strerror(errno));
  return status == CLI_OK ? CLI_FAILED : status;
}

static enum cli_exit run(int argc, char **argv) {
  struct cli_arguments arguments;
  enum cli_exit status = cli_parse(argc, argv, &arguments);
  if (status != CLI_OK) return status;
  if (!arguments.option['h']) return arguments.command->run(&arguments);
  cli_print_help(arguments.command);
  return CLI_OK;
}

int main(int argc, char **argv) {
  setlocale(LC_CTYPE, "");
  const struct cli_command *program = argc > 0 ? v1_find_program(argv[0]) : NULL;
  return (int)flush_output(program ? v1_run(program, argc, argv) : run(argc, argv));
}
