// SPDX-License-Identifier: GPL-2.0-or-later
// Argument: how often it asks for its parent.
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char **arguments) {
  for (long i = count > 1 ? atol(arguments[1]) : 0; i > 0; i--) syscall(SYS_getppid);
  return 0;
}
