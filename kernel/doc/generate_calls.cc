// SPDX-License-Identifier: GPL-2.0-or-later
// Writes calls.md from kernel/abi/calls.def to the standard output.
#include <cstdio>

namespace {

struct Row {
  int number;
  const char* name;
  int argument_count;
  const char* arguments;
  const char* rights;
  const char* errors;
  const char* time;
  const char* text;
};

constexpr Row kRows[] = {
#define HOP_CALL(number, name, count, arguments, rights, errors, time, text) \
  {number, #name, count, arguments, rights, errors, time, text},
#include "kernel/abi/calls.def"
#undef HOP_CALL
};

constexpr const char* kHead = R"(# The kernel's calls

Written by `kernel/doc/generate_calls.cc` from `kernel/abi/calls.def`; do not edit.

A call is a gate call through the kernel gate (code half, index 1) with the number in RAX and up to six arguments in
RDI RSI RDX R10 R8 R9. RAX returns a value >= 0 or a `hop::Status`, RDX a second value; RCX and the argument registers
come back as 0, and RBX RBP R12-R15 as they were. A *selector* is resolved in the caller's own sets. A *new selector*
names a slot of the caller's own code half. Offsets and lengths are bytes, multiples of 4096 unless said.

Errors are `hop::Status`: `BadHandle` is a selector that names nothing, or something of another kind, `NotPermitted` an
entry without the right or a space without the authority, `Invalid` a value out of range, `OutOfMemory` no frame, or no
room under the quota, `NoSpace` no free slot in a list or table. A number that is no call's is `NoSuchCall`; a call whose
caller's space is ended meanwhile is `ServerFault` at whoever that space would have returned to. A call that fails has
changed nothing. The errors are complete: a kernel under `hop run --check-kernel` stops at one that is not listed.

*Rights* are those of the entries that the arguments name: read, write, control. *Time* is what the call's time grows
with, beyond a constant part: `hop lab kernel-costs` measures. While it lasts, no other CPU is in the kernel (decision 10).

| number | call | arguments | rights | errors | time | what it does |
|---|---|---|---|---|---|---|
)";

}  // namespace

int main() {
  std::fputs(kHead, stdout);
  for (const Row& row : kRows) {
    std::printf("| %d | `%s` | %s | %s | %s | %s | %s |\n", row.number, row.name,
                row.argument_count == 0 ? "-" : row.arguments, row.rights, *row.errors == 0 ? "-" : row.errors,
                row.time, row.text);
  }
  return 0;
}
