// SPDX-License-Identifier: GPL-2.0-or-later
// For hop lab linux-costs: a Linux program, with nothing but system calls, that does one thing so many times: its first
// argument is a letter for what, its second a number. Run with two numbers, the difference is what the thing costs.
#include <cstdint>

extern "C" [[noreturn]] void linux_costs_main(const uint64_t* stack);

asm(R"(
        .globl _start
_start:
        mov %rsp, %rdi
        and $-16, %rsp
        call linux_costs_main
)");

namespace {

enum Number : uint64_t {
  kRead = 0,
  kWrite = 1,
  kOpen = 2,
  kClose = 3,
  kLseek = 8,
  kPipe = 22,
  kFork = 57,
  kExecve = 59,
  kExit = 60,
  kWait = 61,
  kGetppid = 110,
};

int64_t call(Number number, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0) {
  int64_t result;
  register uint64_t fourth asm("r10") = d;
  asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
  return result;
}

uint64_t address(const void* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

[[noreturn]] void finish(uint64_t status) {
  for (;;) call(kExit, status);
}

uint64_t must(int64_t result) {
  if (result < 0) finish(2);
  return static_cast<uint64_t>(result);
}

char self[] = "/program";
char data[] = "/data";
char nothing[] = "n", zero[] = "0";
char buffer[1 << 20];

void ask_for_the_parent(uint64_t times) {
  for (uint64_t i = 0; i < times; ++i) call(kGetppid);
}

/// A byte to a child and back.
void send_round(uint64_t times) {
  int32_t there[2], back[2];
  must(call(kPipe, address(there)));
  must(call(kPipe, address(back)));
  char byte = 0;
  if (must(call(kFork)) == 0) {
    for (uint64_t i = 0; i < times; ++i) {
      must(call(kRead, static_cast<uint64_t>(there[0]), address(&byte), 1));
      must(call(kWrite, static_cast<uint64_t>(back[1]), address(&byte), 1));
    }
    finish(0);
  }
  for (uint64_t i = 0; i < times; ++i) {
    must(call(kWrite, static_cast<uint64_t>(there[1]), address(&byte), 1));
    must(call(kRead, static_cast<uint64_t>(back[0]), address(&byte), 1));
  }
  must(call(kWait, ~uint64_t{0}));
}

void run_programs(uint64_t times) {
  const char* arguments[] = {self, nothing, zero, nullptr};
  const char* environment[] = {nullptr};
  for (uint64_t i = 0; i < times; ++i) {
    if (must(call(kFork)) == 0) {
      call(kExecve, address(self), address(arguments), address(environment));
      finish(2);
    }
    int32_t status = 1;
    must(call(kWait, ~uint64_t{0}, address(&status)));
    if (status != 0) finish(2);
  }
}

/// The buffer is touched before, so that only the reading counts.
void read_file(uint64_t times) {
  const uint64_t file = must(call(kOpen, address(data)));
  for (uint64_t i = 0; i < sizeof buffer; i += 4096) buffer[i] = 1;
  for (uint64_t i = 0; i < times; ++i) {
    must(call(kLseek, file, 0, 0));
    if (must(call(kRead, file, address(buffer), sizeof buffer)) != sizeof buffer) finish(2);
  }
}

void open_and_close(uint64_t times) {
  for (uint64_t i = 0; i < times; ++i) must(call(kClose, must(call(kOpen, address(data)))));
}

}  // namespace

void linux_costs_main(const uint64_t* stack) {
  if (stack[0] != 3) finish(2);
  const char letter = *reinterpret_cast<const char*>(stack[2]);
  uint64_t times = 0;
  for (const char* digit = reinterpret_cast<const char*>(stack[3]); *digit != 0; ++digit)
    times = times * 10 + static_cast<uint64_t>(*digit - '0');
  switch (letter) {
    case 'n':
      break;
    case 'g':
      ask_for_the_parent(times);
      break;
    case 'p':
      send_round(times);
      break;
    case 'f':
      run_programs(times);
      break;
    case 'r':
      read_file(times);
      break;
    case 'o':
      open_and_close(times);
      break;
    default:
      finish(2);
  }
  finish(0);
}
