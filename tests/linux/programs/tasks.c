// SPDX-License-Identifier: GPL-2.0-or-later
// Several tasks: fork, wait, groups, pipes between them, signals from one to another, stops, alarms, shared memory.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "show.h"

static int value = 1;
static volatile sig_atomic_t came;

static void note(int signal) {
  came = signal;
}

static void on(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {0};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, NULL);
}

/// Runs the body in a child and prints how that ends.
#define IN_CHILD(...)                                                                                          \
  do {                                                                                                         \
    fflush(stdout);                                                                                            \
    const pid_t in_child = fork();                                                                             \
    if (in_child == 0) {                                                                                       \
      __VA_ARGS__;                                                                                             \
      fflush(stdout);                                                                                          \
      _exit(0);                                                                                                \
    }                                                                                                          \
    int status = 0;                                                                                            \
    SHOW(waitpid(in_child, &status, 0) == in_child);                                                           \
    printf("exited %d code %d signaled %d signal %d\n", WIFEXITED(status), WIFEXITED(status) ? WEXITSTATUS(status) : 0, \
           WIFSIGNALED(status), WIFSIGNALED(status) ? WTERMSIG(status) : 0);                                   \
  } while (0)

static void nap(long milliseconds) {
  struct timespec span = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  while (nanosleep(&span, &span) != 0) {
  }
}

static void memory_is_copied(void) {
  int local = 2;
  int* heap = malloc(4096);
  *heap = 3;
  IN_CHILD(value = 10; local = 20; *heap = 30; printf("child %d %d %d\n", value, local, *heap));
  printf("parent %d %d %d\n", value, local, *heap);
  int* shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int* private = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  shared[0] = private[0] = 1;
  IN_CHILD(shared[0] = 2; shared[1024] = 3; private[0] = 2);
  printf("shared %d %d private %d\n", shared[0], shared[1024], private[0]);
}

static void identities(void) {
  const pid_t parent = getpid();
  SHOW(getppid() >= 0);
  IN_CHILD(SHOW(getppid() == parent); SHOW(getpid() != parent); SHOW(getpgrp() == getpgid(parent)); SHOW(getsid(0) == getsid(parent)));
  IN_CHILD(SHOW(setpgid(0, 0)); SHOW(getpgrp() == getpid()); SHOW(setsid()));
  IN_CHILD(SHOW(setsid() == getpid()); SHOW(getpgrp() == getpid()); SHOW(setpgid(0, 0)));
  SHOW(setpgid(0, -1));
  SHOW(setpgid(1, 0));
  SHOW(getpgid(999999));
  SHOW(getsid(999999));
}

static void ends(void) {
  SHOW(wait(NULL));
  SHOW(waitpid(999999, NULL, 0));
  SHOW(waitpid(-1, NULL, 0x12345));
  IN_CHILD(_exit(7));
  IN_CHILD(_exit(300));
  IN_CHILD(raise(SIGTERM));
  IN_CHILD(kill(getpid(), SIGKILL));
  IN_CHILD(signal(SIGABRT, SIG_DFL); abort());
  const pid_t child = fork();
  if (child == 0) _exit(3);
  siginfo_t information;
  SHOW(waitid(P_PID, child, &information, WEXITED | WNOWAIT));
  SHOW(information.si_pid == child);
  SHOW(information.si_code);
  SHOW(information.si_status);
  int status;
  SHOW(waitpid(child, &status, WNOHANG) == child);
  SHOW(waitpid(child, &status, WNOHANG));
  const pid_t slow = fork();
  if (slow == 0) {
    nap(20);
    _exit(4);
  }
  SHOW(waitpid(slow, &status, WNOHANG));
  SHOW(waitpid(-1, &status, 0) == slow);
  SHOW(WEXITSTATUS(status));
  struct rusage usage;
  const pid_t last = fork();
  if (last == 0) _exit(0);
  SHOW(wait4(last, &status, 0, &usage) == last);
}

static void descriptors(void) {
  int ends[2];
  char text[64] = {0};
  SHOW(pipe(ends));
  IN_CHILD(close(ends[0]); nap(5); SHOW(write(ends[1], "through a pipe", 14)));
  SHOW(read(ends[0], text, sizeof(text)));
  puts(text);
  SHOW(close(ends[1]));
  SHOW(read(ends[0], text, sizeof(text)));
  close(ends[0]);
  // more than a pipe holds, both ways of waiting
  pipe(ends);
  fflush(stdout);
  const pid_t writer = fork();
  if (writer == 0) {
    static char block[10000];
    close(ends[0]);
    for (int i = 0; i < 50; i++) {
      memset(block, i, sizeof(block));
      if (write(ends[1], block, sizeof(block)) != sizeof(block)) _exit(1);
    }
    _exit(0);
  }
  close(ends[1]);
  long total = 0, sum = 0;
  unsigned char part[7777];
  for (long got; (got = read(ends[0], part, sizeof(part))) > 0; total += got)
    for (long i = 0; i < got; i++) sum += part[i];
  printf("%ld bytes, sum %ld\n", total, sum);
  int status;
  SHOW(waitpid(writer, &status, 0) == writer);
  SHOW(status);
  close(ends[0]);
  // a file position is shared
  FILE* file = tmpfile();
  const int number = fileno(file);
  write(number, "0123456789", 10);
  lseek(number, 0, SEEK_SET);
  IN_CHILD(read(number, text, 4));
  SHOW(lseek(number, 0, SEEK_CUR));
  pipe(ends);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  struct pollfd entry = {ends[0], POLLIN, 0};
  SHOW(poll(&entry, 1, 5));
  fflush(stdout);
  if (fork() == 0) {
    nap(10);
    write(ends[1], "x", 1);
    _exit(0);
  }
  SHOW(poll(&entry, 1, 10000));
  SHOW(entry.revents == POLLIN);
  wait(NULL);
}

static void signals_between(void) {
  int ends[2];
  char byte;
  pipe(ends);
  on(SIGUSR1, note, 0);
  fflush(stdout);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    nap(10);
    kill(parent, SIGUSR1);
    nap(10);
    kill(parent, SIGUSR1);
    nap(10);
    write(ends[1], "y", 1);
    pause();
    _exit(came);
  }
  SHOW(read(ends[0], &byte, 1));  // interrupted
  SHOW(came);
  came = 0;
  on(SIGUSR1, note, SA_RESTART);
  SHOW(read(ends[0], &byte, 1));  // goes on
  SHOW(came);
  SHOW(byte);
  nap(10);
  SHOW(kill(child, SIGUSR1));
  int status;
  SHOW(waitpid(child, &status, 0) == child);
  SHOW(WEXITSTATUS(status));
  SHOW(kill(child, 0));
  // to a program that calls nothing
  fflush(stdout);
  const pid_t busy = fork();
  if (busy == 0)
    for (volatile long i = 0;; i++) {
    }
  nap(10);
  SHOW(kill(busy, SIGTERM));
  SHOW(waitpid(busy, &status, 0) == busy);
  SHOW(WTERMSIG(status));
  // to a program that calls nothing, and has a handler: it goes on where it was, with all its registers
  pipe(ends);
  fflush(stdout);
  const pid_t counter = fork();
  if (counter == 0) {
    on(SIGUSR1, note, 0);
    came = 0;
    write(ends[1], "r", 1);
    double sum = 0;
    unsigned long turns = 0, hash = 1;
    while (came == 0 || turns % 1000 != 0) {
      turns++;
      hash = hash * 31 + turns;
      sum += 0.5;
    }
    unsigned long again = 1;
    for (unsigned long i = 1; i <= turns; i++) again = again * 31 + i;
    _exit(sum == turns * 0.5 && hash == again ? 21 : 22);
  }
  read(ends[0], &byte, 1);
  nap(10);
  SHOW(kill(counter, SIGUSR1));
  SHOW(waitpid(counter, &status, 0) == counter);
  SHOW(WEXITSTATUS(status));
  came = 0;
  const struct itimerval soon = {{0, 0}, {0, 5000}};
  on(SIGALRM, note, 0);
  setitimer(ITIMER_REAL, &soon, NULL);
  while (came == 0) {
  }
  SHOW(came == SIGALRM);
  // a group
  fflush(stdout);
  const pid_t leader = fork();
  if (leader == 0) {
    setpgid(0, 0);
    if (fork() == 0) {
      pause();
      _exit(0);
    }
    pause();
    _exit(0);
  }
  nap(20);
  SHOW(kill(-leader, SIGINT));
  SHOW(waitpid(leader, &status, 0) == leader);
  SHOW(WTERMSIG(status));
}

static void children_report(void) {
  sigset_t set, old;
  on(SIGCHLD, note, 0);
  came = 0;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, &old);
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) _exit(0);
  while (came == 0) sigsuspend(&old);
  SHOW(came == SIGCHLD);
  SHOW(waitpid(child, NULL, 0) == child);
  siginfo_t information;
  fflush(stdout);
  const pid_t second = fork();
  if (second == 0) _exit(9);
  SHOW(sigwaitinfo(&set, &information));
  SHOW(information.si_pid == second);
  SHOW(waitpid(second, NULL, 0) == second);
  sigprocmask(SIG_SETMASK, &old, NULL);
  on(SIGCHLD, SIG_IGN, 0);
  fflush(stdout);
  if (fork() == 0) _exit(0);
  SHOW(wait(NULL));  // nobody is left to be waited for
  on(SIGCHLD, SIG_DFL, 0);
}

static void stops(void) {
  int status;
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    raise(SIGSTOP);
    _exit(5);
  }
  SHOW(waitpid(child, &status, WUNTRACED) == child);
  SHOW(WIFSTOPPED(status));
  SHOW(WSTOPSIG(status));
  SHOW(waitpid(child, &status, WUNTRACED | WNOHANG));
  SHOW(kill(child, SIGCONT));
  SHOW(waitpid(child, &status, WCONTINUED) == child);
  printf("%d\n", WIFCONTINUED(status) || WIFEXITED(status));
  if (!WIFEXITED(status)) waitpid(child, &status, 0);
  SHOW(WEXITSTATUS(status));
}

static void alarms(void) {
  on(SIGALRM, note, 0);
  came = 0;
  const struct itimerval soon = {{0, 0}, {0, 20000}};
  SHOW(setitimer(ITIMER_REAL, &soon, NULL));
  SHOW(pause());
  SHOW(came == SIGALRM);
  const struct itimerval often = {{0, 5000}, {0, 5000}};
  struct itimerval left;
  setitimer(ITIMER_REAL, &often, NULL);
  int rings = 0;
  while (rings < 3) {
    pause();
    rings++;
  }
  SHOW(rings);
  const struct itimerval never = {{0, 0}, {0, 0}};
  SHOW(setitimer(ITIMER_REAL, &never, &left));
  SHOW(left.it_interval.tv_usec);
  SHOW(alarm(100));
  SHOW(alarm(0));
  SHOW(alarm(0));
  struct timespec span = {10, 0}, rest = {0, 0};
  setitimer(ITIMER_REAL, &soon, NULL);
  SHOW(nanosleep(&span, &rest));
  SHOW(rest.tv_sec);
}

static void spawning(char** environment) {
  pid_t child;
  int status;
  char* arguments[] = {"tasks", "spawned", NULL};
  fflush(stdout);
  SHOW(posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environment));
  SHOW(waitpid(child, &status, 0) == child);
  SHOW(WEXITSTATUS(status));
  fflush(stdout);
  const pid_t other = vfork();
  if (other == 0) {
    execve("/nonexistent", arguments, environment);
    _exit(errno);
  }
  SHOW(waitpid(other, &status, 0) == other);
  SHOW(WEXITSTATUS(status));
  SHOW(system("exit 3") >> 8 == 3 || access("/bin/sh", X_OK) != 0);
  FILE* output = popen("echo through popen", "r");
  if (access("/bin/sh", X_OK) == 0) {
    char line[64] = {0};
    fgets(line, sizeof(line), output);
    printf("%s", line);
    SHOW(pclose(output));
  } else {
    printf("through popen\npclose(output): 0\n");
  }
}

static double third(double x) {
  return x / 3;
}

static void registers_survive(void) {
  volatile double x = 1;
  const double before = third(x);
  IN_CHILD(printf("%.6f\n", before + third(x)));
  printf("%.6f\n", before + third(x));
}

static void sockets(void) {
  int pair[2];
  char text[64] = {0};
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, NULL));
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    close(pair[0]);
    const long got = read(pair[1], text, 5);
    text[0]++;
    write(pair[1], text, got);
    _exit(0);
  }
  close(pair[1]);
  SHOW(send(pair[0], "hello", 5, MSG_NOSIGNAL));
  SHOW(recv(pair[0], text, sizeof(text), 0));
  puts(text);
  SHOW(recv(pair[0], text, sizeof(text), 0));
  waitpid(child, NULL, 0);
  SHOW(send(pair[0], "x", 1, MSG_NOSIGNAL));
  struct pollfd entry = {pair[0], POLLIN | POLLOUT, 0};
  SHOW(poll(&entry, 1, 0));
  SHOW(entry.revents & POLLIN);
  struct stat status;
  SHOW(fstat(pair[0], &status));
  printf("%o\n", status.st_mode & S_IFMT);
  SHOW(send(1, "x", 1, 0) == -1);
  SHOW(close(pair[0]));
  const int event = eventfd(3, EFD_NONBLOCK);
  uint64_t count = 0;
  SHOW(read(event, &count, 8));
  SHOW(count);
  SHOW(read(event, &count, 8));
  count = 5;
  SHOW(write(event, &count, 8));
  SHOW(read(event, &count, 4));
  const int semaphore = eventfd(2, EFD_SEMAPHORE);
  SHOW(read(semaphore, &count, 8));
  SHOW(read(semaphore, &count, 8));
  IN_CHILD(nap(5); count = 1; SHOW(write(semaphore, &count, 8)));
  SHOW(read(semaphore, &count, 8));
}

static void many(void) {
  int sum = 0;
  for (int round = 0; round < 20; round++) {
    pid_t children[10];
    for (int i = 0; i < 10; i++) {
      children[i] = fork();
      if (children[i] == 0) _exit(round + i);
    }
    for (int i = 0; i < 10; i++) {
      int status = 0;
      if (waitpid(children[i], &status, 0) == children[i]) sum += WEXITSTATUS(status);
    }
  }
  printf("sum %d\n", sum);
}

int main(int argc, char** argv, char** environment) {
  if (argc > 1) {
    printf("spawned with %s\n", argv[1]);
    return 6;
  }
  memory_is_copied();
  identities();
  ends();
  descriptors();
  signals_between();
  children_report();
  stops();
  alarms();
  spawning(environment);
  registers_survive();
  sockets();
  many();
  return 0;
}
