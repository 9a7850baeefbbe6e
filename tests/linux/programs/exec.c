// SPDX-License-Identifier: GPL-2.0-or-later
// execve of itself: what is kept and what is not.
#define _GNU_SOURCE
#include <fcntl.h>

#include "show.h"

int main(int argc, char** argv, char** environment) {
  if (argc == 1) {
    int kept = open("/dev/null", O_RDONLY), closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
    char first[16], second[16];
    snprintf(first, sizeof(first), "%d", kept);
    snprintf(second, sizeof(second), "%d", closed);
    char* arguments[] = {argv[0], first, second, "", "last", NULL};
    char* variables[] = {"ONE=1", "TWO=two words", NULL};
    SHOW(execve("/missing", arguments, variables));
    SHOW(execve("/", arguments, variables));
    SHOW(execve(argv[0], (char**)8, variables));
    fflush(stdout);
    execve("/proc/self/exe", arguments, variables);
    puts("not reached");
    return 1;
  }
  printf("%d arguments, last %s, empty %zu\n", argc, argv[argc - 1], strlen(argv[3]));
  for (char** variable = environment; *variable != NULL; variable++) puts(*variable);
  SHOW(fcntl(atoi(argv[1]), F_GETFD));
  SHOW(fcntl(atoi(argv[2]), F_GETFD));
  return 42;
}
