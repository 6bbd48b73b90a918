/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* sigaction, nl_langinfo, clock_gettime */

#include "cli_progress.h"

#include "cli_text.h"

#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_SECONDS 0.05
#define MIN_BAR_WIDTH 5
#define MAX_BAR_WIDTH 40
#define NUMBERS_WIDTH 54 /* columns: the most they take, so that the bar's length stays */
#define NUMBERS_SIZE 192

static volatile sig_atomic_t interrupted;

static void interrupt(int number) {
  (void)number;
  interrupted = 1;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int terminal_width(void) {
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static bool stderr_is_terminal(void) {
  const char *kind = getenv("TERM");
  return isatty(STDERR_FILENO) && !(kind && strcmp(kind, "dumb") == 0);
}

void cli_progress_begin(struct cli_progress *progress, const char *title, const char *first, bool wanted) {
  struct sigaction action = {0}, before;
  action.sa_handler = interrupt;
  action.sa_flags = (int)SA_RESETHAND;
  if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGINT, &action, NULL);
  progress->title = title;
  progress->first = first;
  progress->visible = wanted && stderr_is_terminal();
  progress->began = now();
  progress->drawn = 0;
}

/* "12 s", "3:05", "2:03:05" */
static void format_duration(double seconds, char text[CLI_SIZE_TEXT]) {
  long left = seconds < 359999 ? (long)(seconds + 0.5) : 359999; /* 99:59:59 */
  if (left < 60)
    snprintf(text, CLI_SIZE_TEXT, "%ld s", left);
  else if (left < 3600)
    snprintf(text, CLI_SIZE_TEXT, "%ld:%02ld", left / 60, left % 60);
  else
    snprintf(text, CLI_SIZE_TEXT, "%ld:%02ld:%02ld", left / 3600, left / 60 % 60, left % 60);
}

/* What stands behind the bar: " 45%  230.1 MiB of 512.0 MiB  1.2 GiB/s  2 s left" */
static void format_numbers(const char *first, double elapsed, uint64_t done, uint64_t total, char text[NUMBERS_SIZE]) {
  char so_far[CLI_SIZE_TEXT], all[CLI_SIZE_TEXT], rate[CLI_SIZE_TEXT], duration[CLI_SIZE_TEXT];
  double share = total > 0 ? (double)done / (double)total : 1;
  double speed = elapsed > 0 ? (double)done / elapsed : 0;
  cli_format_size(done, so_far);
  cli_format_size(total, all);
  cli_format_size((uint64_t)speed, rate);
  format_duration(done == total || speed <= 0 ? elapsed : (double)(total - done) / speed, duration);
  if (done == 0 && total > 0)
    snprintf(text, NUMBERS_SIZE, "   0%%  of %s, %s", all, first);
  else if (done < total)
    snprintf(text, NUMBERS_SIZE, " %3d%%  %s of %s  %s/s  %s left", (int)(100 * share), so_far, all, rate, duration);
  else
    snprintf(text, NUMBERS_SIZE, " 100%%  %s of %s  %s/s  in %s", so_far, all, rate, duration);
}

static void draw_bar(int width, double share) {
  bool unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  int full = (int)(share * width);
  for (int i = 0; i < width; i++)
    fputs(i < full ? (unicode ? "\u2588" : "#") : (unicode ? "\u2591" : "-"), stderr);
}

static void draw(const struct cli_progress *progress, double elapsed, uint64_t done, uint64_t total) {
  char numbers[NUMBERS_SIZE];
  int width = terminal_width(), room = width - cli_width(progress->title) - NUMBERS_WIDTH - 2;
  format_numbers(progress->first, elapsed, done, total, numbers);
  if ((size_t)width <= strlen(numbers)) numbers[width - 1] = '\0'; /* a line that wraps cannot be drawn over */
  fputs("\r", stderr);
  if (room >= MIN_BAR_WIDTH) {
    cli_print(stderr, progress->title);
    fputs(" ", stderr);
    draw_bar(room < MAX_BAR_WIDTH ? room : MAX_BAR_WIDTH, total > 0 ? (double)done / (double)total : 1);
  }
  fprintf(stderr, "%s\033[K", numbers); /* and nothing behind it */
  fflush(stderr);
}

int32_t cli_progress_update(void *user, uint64_t done, uint64_t total) {
  struct cli_progress *progress = (struct cli_progress *)user;
  double time = now();
  if (done == 0) progress->began = time; /* data begins to move: what comes before is done by then */
  if (progress->visible && (done == total || time - progress->drawn >= REDRAW_SECONDS)) {
    draw(progress, time - progress->began, done, total);
    progress->drawn = time;
  }
  return interrupted;
}

void cli_progress_end(struct cli_progress *progress) {
  if (progress->visible && progress->drawn > 0) fputs("\n", stderr);
  progress->visible = false;
}
