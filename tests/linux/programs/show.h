// SPDX-License-Identifier: GPL-2.0-or-later
// Prints what calls return, so that a run on the machine can be compared with a native one line by line.
#pragma once
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Runs the expression and prints its text with the result, or the errno if it is -1.
#define SHOW(expression)                                 \
  do {                                                   \
    errno = 0;                                           \
    const long show_result = (long)(expression);         \
    const int show_errno = errno;                        \
    if (show_result == -1)                               \
      printf("%s: errno %d\n", #expression, show_errno); \
    else                                                 \
      printf("%s: %ld\n", #expression, show_result);     \
  } while (0)

/// The same for results that vary (addresses, descriptors): only whether they are errors.
#define SHOW_OK(expression)                              \
  do {                                                   \
    errno = 0;                                           \
    const long show_result = (long)(expression);         \
    const int show_errno = errno;                        \
    if (show_result == -1)                               \
      printf("%s: errno %d\n", #expression, show_errno); \
    else                                                 \
      printf("%s: fine\n", #expression);                 \
  } while (0)

static char show_directory[] = "/tmp/hop-test-XXXXXX";

/// Enters a fresh directory of its own.
static inline void enter_directory(void) {
  if (mkdtemp(show_directory) == NULL || chdir(show_directory) != 0) {
    perror("mkdtemp");
    exit(99);
  }
}

/// Removes it again; it must be empty.
static inline void leave_directory(void) {
  SHOW(chdir("/"));
  SHOW(rmdir(show_directory));
}
