// SPDX-License-Identifier: GPL-2.0-or-later
// Pipes within one task, poll and select on them, ioctl.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>

#include "show.h"

int main(void) {
  int ends[2];
  char buffer[70000];
  memset(buffer, 'p', sizeof(buffer));
  SHOW(pipe2(ends, O_NONBLOCK));
  SHOW(pipe((int*)8));
  SHOW(read(ends[0], buffer, 10));
  SHOW(write(ends[1], "first\n", 6));
  SHOW(write(ends[0], "x", 1));
  SHOW(read(ends[1], buffer, 1));
  SHOW(lseek(ends[0], 0, SEEK_SET));
  SHOW(pread(ends[0], buffer, 1, 0));
  int bytes = 0;
  SHOW(ioctl(ends[0], FIONREAD, &bytes));
  SHOW(bytes);
  SHOW(ioctl(ends[0], TIOCGWINSZ, buffer));
  SHOW(isatty(ends[0]));
  struct pollfd polled[3] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}, {-1, POLLIN, 0}};
  SHOW(poll(polled, 3, 0));
  printf("%x %x\n", polled[0].revents, polled[1].revents);
  SHOW(read(ends[0], buffer, sizeof(buffer)));
  printf("%.6s", buffer);
  SHOW(poll(polled, 1, 10));
  SHOW(write(ends[1], buffer, sizeof(buffer)));
  SHOW(write(ends[1], buffer, 1));
  SHOW(poll(polled + 1, 1, 0));
  SHOW(read(ends[0], buffer, 10000));
  fd_set readable, writable;
  FD_ZERO(&readable);
  FD_ZERO(&writable);
  FD_SET(ends[0], &readable);
  FD_SET(ends[1], &writable);
  struct timeval none = {0, 0};
  SHOW(select(ends[1] + 1, &readable, &writable, NULL, &none));
  SHOW(FD_ISSET(ends[0], &readable) != 0);
  SHOW(FD_ISSET(ends[1], &writable) != 0);
  FD_SET(30, &readable);
  SHOW(select(31, &readable, NULL, NULL, &none));
  SHOW(select(-1, &readable, NULL, NULL, &none));
  const struct timespec wrong = {0, -5};
  SHOW(pselect(0, NULL, NULL, NULL, &wrong, NULL));
  struct stat status;
  SHOW(fstat(ends[0], &status));
  printf("%o\n", status.st_mode);
  SHOW(fcntl(ends[0], F_GETPIPE_SZ));
  SHOW(fcntl(ends[0], F_GETFL) == O_NONBLOCK);
  SHOW(close(ends[1]));
  SHOW(poll(polled, 1, 0));
  printf("%x\n", polled[0].revents);
  SHOW(read(ends[0], buffer, sizeof(buffer)));
  SHOW(read(ends[0], buffer, sizeof(buffer)));
  SHOW(close(ends[0]));
  SHOW(poll(polled, 1, 0));
  printf("%x\n", polled[0].revents);
  signal(SIGPIPE, SIG_IGN);
  SHOW(pipe(ends));
  SHOW(close(ends[0]));
  SHOW(write(ends[1], "x", 1));
  signal(SIGPIPE, SIG_DFL);
  fflush(stdout);
  write(ends[1], "x", 1);
  puts("not reached");
  return 0;
}
