// SPDX-License-Identifier: GPL-2.0-or-later
// --strace: each system call as a line in the kernel's log, as strace(1) would write it. The decoding follows the
// argument kinds of system_calls.def.
#pragma once
#include <cstdint>

#include "userland/services/linux/system_call.h"
#include "userland/services/linux/text.h"

namespace hop::personality {

void set_tracing(bool value);
[[nodiscard]] bool is_tracing();

/// Before the call: name and those arguments that are known by then.
void trace_entry(const Task& task, const SystemCall& call, uint32_t number, const Arguments& arguments);
/// After it: what it filled in, and its result; the line is complete.
void trace_result(const Task& task, const SystemCall& call, const Arguments& arguments, int64_t result);
/// The task ends: what an unfinished line lacks, and "+++ exited with 0 +++".
void trace_end(const Task& task, int32_t status);

/// Calls without a row in the table are counted always, and listed at the end when tracing.
void count_absent_call(uint32_t number);
void trace_absent_calls();

/// "ENOENT", or null for a number without name here.
[[nodiscard]] const char* errno_name(int64_t error);

/// Writes an argument whose kind is a number or a set of flags (trace_names.cc). False: not of that sort.
[[nodiscard]] bool write_flags(TextWriter& out, ArgumentKind kind, uint64_t value);

}  // namespace hop::personality
