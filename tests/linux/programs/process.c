// SPDX-License-Identifier: GPL-2.0-or-later
// The task itself: identity, limits, signals, time, prctl, futex.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <time.h>

#include "show.h"

enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129 };  // linux/futex.h, which musl does not bring

static void identity(void) {
  SHOW(getuid() | geteuid() | getgid() | getegid());
  SHOW(getpid() > 0 && getppid() >= 0 && getpid() == syscall(SYS_gettid));
  SHOW(getpgid(0) > 0);
  struct utsname names;
  SHOW(uname(&names));
  printf("%s %s\n", names.sysname, names.machine);
  SHOW(syscall(SYS_uname, (struct utsname*)8));
  char name[16];
  SHOW(prctl(PR_SET_NAME, "a-rather-long-name-indeed"));
  SHOW(prctl(PR_GET_NAME, name));
  puts(name);
  SHOW(prctl(123456));
  cpu_set_t set;
  SHOW(sched_getaffinity(0, sizeof(set), &set) == 0);
  SHOW(syscall(SYS_sched_getaffinity, 0, 3, &set));
  SHOW(sched_yield());
  struct sysinfo information;
  SHOW(sysinfo(&information));
  SHOW(information.mem_unit > 0);
}

static void limits(void) {
  struct rlimit limit;
  SHOW(getrlimit(RLIMIT_STACK, &limit));
  SHOW(limit.rlim_cur >= 8 << 20);
  SHOW(getrlimit(99, &limit));
  SHOW(getrlimit(RLIMIT_NOFILE, (struct rlimit*)8));
  limit.rlim_cur = 20;
  limit.rlim_max = 1000;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  int last = 0;
  for (int i = 0; i < 40 && last >= 0; i++) last = dup(1);
  SHOW(dup(1));
  limit.rlim_cur = 2000;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  struct rusage usage;
  SHOW(getrusage(RUSAGE_SELF, &usage));
  SHOW(getrusage(77, &usage));
}

static void signals(void) {
  sigset_t set, old;
  struct sigaction action = {0};
  action.sa_handler = SIG_IGN;
  SHOW(sigaction(SIGUSR1, &action, NULL));
  SHOW(raise(SIGUSR1));
  SHOW(kill(getpid(), SIGUSR1));
  SHOW(kill(getpid(), 0));
  SHOW(kill(getpid(), 99));
  SHOW(raise(SIGCHLD));
  SHOW(sigaction(SIGKILL, &action, NULL));
  SHOW(sigaction(0, &action, NULL));
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGKILL);
  SHOW(sigprocmask(SIG_BLOCK, &set, &old));
  SHOW(sigprocmask(SIG_BLOCK, NULL, &old));
  SHOW(sigismember(&old, SIGUSR2));
  SHOW(sigismember(&old, SIGKILL));
  SHOW(sigprocmask(77, &set, NULL));
  SHOW(raise(SIGUSR2));
  SHOW(sigpending(&old));
  SHOW(sigismember(&old, SIGUSR2));
  const struct timespec none = {0, 0};
  SHOW(sigtimedwait(&set, NULL, &none));
  SHOW(sigtimedwait(&set, NULL, &none));
  stack_t stack;
  SHOW(sigaltstack(NULL, &stack));
  SHOW(stack.ss_flags == SS_DISABLE);
}

static void clocks(void) {
  struct timespec first, second, wrong = {0, 1000000000};
  SHOW(clock_gettime(CLOCK_MONOTONIC, &first));
  const struct timespec span = {0, 2000000};
  SHOW(nanosleep(&span, NULL));
  SHOW(clock_gettime(CLOCK_MONOTONIC, &second));
  const long passed = (second.tv_sec - first.tv_sec) * 1000000000L + second.tv_nsec - first.tv_nsec;
  SHOW(passed >= 2000000);
  SHOW(nanosleep(&wrong, NULL));
  SHOW(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &span, NULL));
  SHOW(clock_gettime(77, &first));
  SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, (void*)8));
  SHOW(clock_getres(CLOCK_REALTIME, &first));
  SHOW(time(NULL) > 1700000000);
  struct tms times_of;
  SHOW(times(&times_of) >= 0);
  SHOW(clock() >= 0);
}

static void others(void) {
  int word = 5;
  const struct timespec short_time = {0, 1000000};
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 4, NULL, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 5, &short_time, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
  SHOW(syscall(SYS_futex, (char*)&word + 1, FUTEX_WAIT_PRIVATE, 5, NULL, NULL, 0));
  unsigned char bytes[16] = {0};
  SHOW(syscall(SYS_getrandom, bytes, sizeof(bytes), 0));
  SHOW(syscall(SYS_getrandom, bytes, sizeof(bytes), 99));
  SHOW(syscall(SYS_getrandom, (void*)8, sizeof(bytes), 0));
  int sum = 0;
  for (unsigned i = 0; i < sizeof(bytes); i++) sum += bytes[i];
  SHOW(sum != 0);
  SHOW(syscall(999));
  char buffer[8];
  int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDONLY), full = open("/dev/full", O_WRONLY);
  SHOW(write(null, buffer, 8));
  SHOW(read(null, buffer, 8));
  SHOW(read(zero, buffer, 8));
  SHOW(buffer[0] | buffer[7]);
  SHOW(write(full, buffer, 8));
  SHOW(read(open("/dev/urandom", O_RDONLY), buffer, 8));
  struct stat status;
  SHOW(fstat(null, &status));
  printf("%o %lx\n", status.st_mode & S_IFMT, (unsigned long)status.st_rdev);
  char path[256];
  const long length = readlink("/proc/self/exe", path, sizeof(path));
  SHOW(length > 0 && access("/proc/self/exe", X_OK) == 0);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", null);
  char target[64] = {0};
  SHOW(readlink(path, target, sizeof(target)));
  puts(target);
  SHOW(readlink("/proc/self/fd/777", target, sizeof(target)));
  SHOW_OK(open("/dev/stdin", O_RDONLY));
}

int main(int argc, char** argv, char** environment) {
  SHOW(argc);
  SHOW(argv[argc] == NULL && environment != NULL);
  identity();
  signals();
  clocks();
  others();
  limits();
  fflush(stdout);
  abort();
}
