// SPDX-License-Identifier: GPL-2.0-or-later
// Signal handlers: for signals a program sends itself, and for its faults.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "show.h"

static volatile int depth, count;
static sigjmp_buf back;
static char* page;

static void set(int signal, void (*handler)(int, siginfo_t*, void*), int flags) {
  struct sigaction action = {0};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | flags;
  sigemptyset(&action.sa_mask);
  if (sigaction(signal, &action, NULL) != 0) perror("sigaction");
}

static void spoil_registers(void) {
  __asm__ volatile(
      "pcmpeqb %%xmm0, %%xmm0\n pcmpeqb %%xmm7, %%xmm7\n pcmpeqb %%xmm15, %%xmm15\n mov $77, %%rbx\n mov $77, %%r12" ::
          : "xmm0", "xmm7", "xmm15", "rbx", "r12");
}

static void note(int signal, siginfo_t* information, void* context) {
  spoil_registers();
  count++;
  printf("handler: signal %d code %d own %d context %d\n", signal, information->si_code,
         information->si_pid == getpid(), context != NULL);
}

static void nest(int signal, siginfo_t* information, void* context) {
  (void)information;
  (void)context;
  depth++;
  printf("nested %d of signal %d\n", depth, signal);
  if (depth < 3) raise(signal);
  printf("leaving %d\n", depth--);
}

static void jump(int signal, siginfo_t* information, void* context) {
  (void)context;
  printf("fault: signal %d code %d address %s\n", signal, information->si_code,
         information->si_addr == page ? "of the page" : information->si_addr == (void*)8 ? "8" : "other");
  siglongjmp(back, 1);
}

static void open_page(int signal, siginfo_t* information, void* context) {
  (void)context;
  spoil_registers();
  printf("page fault: signal %d, right address %d\n", signal, information->si_addr == page);
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static void skip_instruction(int signal, siginfo_t* information, void* context) {
  (void)information;
  ucontext_t* registers = context;
  printf("invalid instruction: signal %d\n", signal);
  registers->uc_mcontext.gregs[REG_RIP] += 2;
  registers->uc_mcontext.gregs[REG_RAX] = 4711;
}

static void reported_mask(int signal, siginfo_t* information, void* context) {
  (void)information;
  (void)context;
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  printf("in the handler of %d: it is blocked %d, SIGUSR2 %d\n", signal, sigismember(&mask, signal), sigismember(&mask, SIGUSR2));
}

__attribute__((noinline)) static int recurse(int level) {
  volatile char frame[4096];
  frame[0] = (char)level;
  return level > 100000000 ? 0 : recurse(level + 1) + frame[0];
}

static void registers_survive(void) {
  register uint64_t value asm("r12") = 0x1234;
  uint64_t low = 0, result = 0;
  __asm__ volatile(
      "movq %[pattern], %%xmm7\n"
      "mov $39, %%eax\n"
      "syscall\n"
      "mov %%eax, %%edi\n"
      "mov $200, %%eax\n"
      "mov $10, %%esi\n"
      "syscall\n"
      "movq %%xmm7, %[low]\n"
      : [low] "=r"(low), "=&a"(result), "+r"(value)
      : [pattern] "r"((uint64_t)0xfeedfacecafebeef)
      : "rdi", "rsi", "rcx", "r11", "xmm7", "memory");
  printf("after the handler: %llx %llx result %lld\n", (unsigned long long)low, (unsigned long long)value, (long long)result);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  set(SIGUSR1, note, 0);
  SHOW(raise(SIGUSR1));
  SHOW(kill(getpid(), SIGUSR1));
  registers_survive();
  SHOW(count);

  sigset_t set_of, none;
  sigemptyset(&none);
  sigemptyset(&set_of);
  sigaddset(&set_of, SIGUSR1);
  SHOW(sigprocmask(SIG_BLOCK, &set_of, NULL));
  SHOW(raise(SIGUSR1));
  SHOW(count);
  SHOW(sigsuspend(&none));
  SHOW(count);
  SHOW(raise(SIGUSR1));
  SHOW(sigprocmask(SIG_UNBLOCK, &set_of, NULL));
  SHOW(count);

  set(SIGUSR2, nest, SA_NODEFER);
  SHOW(raise(SIGUSR2));
  depth = 0;
  set(SIGUSR1, reported_mask, SA_RESETHAND);
  SHOW(raise(SIGUSR1));
  struct sigaction after;
  SHOW(sigaction(SIGUSR1, NULL, &after));
  SHOW(after.sa_handler == SIG_DFL);
  set(SIGPIPE, note, 0);
  int ends[2];
  SHOW(pipe(ends));
  close(ends[0]);
  SHOW(write(ends[1], "x", 1));

  set(SIGSEGV, jump, 0);
  if (sigsetjmp(back, 1) == 0) *(volatile int*)8 = 1;
  page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (sigsetjmp(back, 1) == 0) *(volatile char*)page = 1;
  SHOW(page[0]);
  if (sigsetjmp(back, 1) == 0) *(volatile char*)page = 1;
  for (volatile int i = 0; i < 200; i++)
    if (sigsetjmp(back, 1) == 0 && i % 50 == 0) raise(SIGSEGV);
  set(SIGSEGV, open_page, 0);
  *(volatile char*)page = 5;
  SHOW(page[0]);
  set(SIGFPE, jump, 0);
  volatile int zero = 0;
  if (sigsetjmp(back, 1) == 0) printf("%d\n", count / zero);
  set(SIGILL, skip_instruction, 0);
  long from_handler = 0;
  __asm__ volatile("ud2" : "=a"(from_handler));
  SHOW(from_handler);

  stack_t alternate = {.ss_sp = malloc(65536), .ss_size = 65536};
  SHOW(sigaltstack(&alternate, NULL));
  set(SIGSEGV, jump, SA_ONSTACK);
  if (sigsetjmp(back, 1) == 0) printf("%d\n", recurse(0));
  set(SIGABRT, jump, 0);
  if (sigsetjmp(back, 1) == 0) abort();
  signal(SIGTERM, SIG_DFL);
  puts("ending");
  raise(SIGTERM);
  puts("not reached");
  return 0;
}
