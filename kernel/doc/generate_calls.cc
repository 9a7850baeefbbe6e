// SPDX-License-Identifier: GPL-2.0-or-later
// Writes calls.md from kernel/abi/calls.def to the standard output.
#include <cstdio>

namespace {

struct Row {
  int number;
  const char* name;
  int argument_count;
  const char* arguments;
  const char* text;
};

constexpr Row kRows[] = {
#define HOP_CALL(number, name, count, argument_text, text) {number, #name, count, argument_text, text},
#include "kernel/abi/calls.def"
#undef HOP_CALL
};

constexpr const char* kHead = R"(# The kernel's calls

Written by `kernel/doc/generate_calls.cc` from `kernel/abi/calls.def`; do not edit.

A call is a gate call through the kernel gate (code half, index 1) with the number in RAX and up to six arguments in
RDI RSI RDX R10 R8 R9. RAX returns a value >= 0 or a `hop::Status`, RDX a second value; RCX and the argument registers
come back as 0, and RBX RBP R12-R15 as they were. A *selector* is resolved in the caller's own sets. A *new selector*
names a slot of the caller's own code half. Offsets and lengths are bytes, multiples of 4096 unless said.

Statuses that every call may return: `BadHandle` (a selector that names nothing, or something of another kind),
`NotPermitted` (an entry without the right, a space without the authority), `Invalid` (a value out of range),
`OutOfMemory`, `NoSpace` (no free slot), `NoSuchCall` (no such number). A call that fails has changed nothing.

| number | call | arguments | what it does |
|---|---|---|---|
)";

}  // namespace

int main() {
  std::fputs(kHead, stdout);
  for (const Row& row : kRows) {
    std::printf("| %d | `%s` | %s | %s |\n", row.number, row.name, row.argument_count == 0 ? "-" : row.arguments,
                row.text);
  }
  return 0;
}
