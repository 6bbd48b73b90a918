/* Faults on demand: a sanitizer's build must report each of them, or its silence means nothing. */

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int use_after_free(void) {
  volatile char *memory = malloc(8);
  free((void *)memory);
  return memory[0];
}

static int overflow(void) {
  volatile int number = INT_MAX;
  return number + 1;
}

static int shared_number;

static void *count(void *unused) {
  for (int i = 0; i < 100000; i++) {
    shared_number++;
  }
  return unused;
}

static int race(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) {
    if (pthread_create(&threads[i], NULL, count, NULL) != 0) {
      return 1;
    }
  }
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
  }
  return shared_number;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*commit)(void);
  } faults[] = {{"use_after_free", use_after_free}, {"overflow", overflow}, {"race", race}};

  for (size_t i = 0; argc == 2 && i < sizeof faults / sizeof faults[0]; i++) {
    if (strcmp(argv[1], faults[i].name) == 0) {
      return faults[i].commit() == 0;
    }
  }
  return 2;
}
