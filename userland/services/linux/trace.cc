// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/trace.h"

#include "userland/runtime/log.h"
#include "userland/services/linux/abi/errno.h"
#include "userland/services/linux/abi/file.h"
#include "userland/services/linux/abi/time.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/tasks.h"

namespace hop::personality {
namespace {

constexpr uint64_t kShownText = 32;

/// The line being written: of one task at a time. Another one's line is broken off, and taken up again (as strace -f).
struct Trace {
  char buffer[512];
  TextWriter line{buffer, sizeof(buffer) - 1};
  bool is_on = false, is_unfinished = false;
  int32_t task = 0;  ///< whose line it is
  uint16_t absent[kSystemCallCount] = {};
  uint32_t absent_beyond = 0;
};

Trace& trace() {
  static Trace value;
  return value;
}

void finish_line() {
  trace().buffer[trace().line.length()] = 0;
  { LogLine() << trace().line.data(); }
  trace().line.clear();
  trace().is_unfinished = false;
}

void write_quoted(TextWriter& out, const char* text, uint64_t length) {
  out.character('"');
  for (uint64_t i = 0; i < length; i++) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte == '\n')
      out.text("\\n");
    else if (byte == '\t')
      out.text("\\t");
    else if (byte == '"' || byte == '\\')
      out.character('\\').character(text[i]);
    else if (byte < 0x20 || byte >= 0x7f)
      out.character('\\').number(byte, 8);
    else
      out.character(text[i]);
  }
  out.character('"');
}

void write_bytes(TextWriter& out, uint64_t pointer, uint64_t length) {
  char text[kShownText];
  const uint64_t shown = length < kShownText ? length : kShownText;
  if (!copy_in(text, pointer, shown)) {
    out.hexadecimal(pointer);
    return;
  }
  write_quoted(out, text, shown);
  if (length > shown) out.text("...");
}

void write_path(TextWriter& out, uint64_t pointer) {
  char text[256];
  int64_t length = copy_in_string(text, pointer, sizeof(text));
  if (length == kEnametoolong) length = sizeof(text);
  if (length < 0)
    out.hexadecimal(pointer);
  else
    write_quoted(out, text, static_cast<uint64_t>(length));
}

void write_time(TextWriter& out, uint64_t pointer) {
  TimeSpec time;
  if (pointer == 0)
    out.text("NULL");
  else if (!read_in(pointer, time))
    out.hexadecimal(pointer);
  else
    out.text("{").integer(time.seconds).text(", ").integer(time.nanoseconds).text("}");
}

void write_argument(TextWriter& out, ArgumentKind kind, const Arguments& arguments, unsigned index, int64_t result) {
  const uint64_t value = arguments[index];
  switch (kind) {
    case ArgumentKind::Path:
      return write_path(out, value);
    case ArgumentKind::Text:
      return write_bytes(out, value, arguments[index + 1]);
    case ArgumentKind::TextResult:
      if (is_error(result)) break;
      return write_bytes(out, value, static_cast<uint64_t>(result));
    case ArgumentKind::Time:
      return write_time(out, value);
    default:
      if (write_flags(out, kind, value)) return;
      break;
  }
  if (value == 0)
    out.text("NULL");
  else
    out.hexadecimal(value);
}

unsigned argument_count(const SystemCall& call) {
  unsigned count = 0;
  while (count < 6 && call.arguments[count] != ArgumentKind::None) count++;
  return count;
}

/// Arguments before the first one that the call fills are written before it, the others after.
unsigned known_before(const SystemCall& call) {
  const unsigned count = argument_count(call);
  for (unsigned i = 0; i < count; i++)
    if (call.arguments[i] == ArgumentKind::TextResult) return i;
  return count;
}

void write_arguments(const SystemCall& call, const Arguments& arguments, unsigned first, unsigned end, int64_t result) {
  for (unsigned i = first; i < end; i++) {
    if (i > 0) trace().line.text(", ");
    write_argument(trace().line, call.arguments[i], arguments, i, result);
  }
}

}  // namespace

void set_tracing(bool value) {
  trace().is_on = value;
}
bool is_tracing() {
  return trace().is_on;
}

namespace {

/// With several tasks, whose line it is.
void begin_line(const Task& task) {
  if (trace().is_unfinished) {
    trace().line.text(" <unfinished ...>");
    finish_line();
  }
  trace().task = task.id;
  if (count_tasks() > 1) trace().line.text("[pid ").number(static_cast<uint64_t>(task.id)).text("] ");
}

void write_name(const SystemCall& call, uint32_t number) {
  if (call.name != nullptr)
    trace().line.text(call.name);
  else
    trace().line.text("syscall_").number(number);
}

}  // namespace

void trace_entry(const Task& task, const SystemCall& call, uint32_t number, const Arguments& arguments) {
  begin_line(task);
  trace().is_unfinished = true;
  write_name(call, number);
  trace().line.character('(');
  if (call.name == nullptr)
    trace().line.hexadecimal(arguments[0]).text(", ").hexadecimal(arguments[1]).text(", ").hexadecimal(arguments[2]);
  write_arguments(call, arguments, 0, known_before(call), 0);
}

void trace_result(const Task& task, const SystemCall& call, const Arguments& arguments, int64_t result) {
  if (trace().task != task.id || !trace().is_unfinished) {
    begin_line(task);
    trace().line.text("<... ").text(call.name != nullptr ? call.name : "syscall").text(" resumed>");
  }
  write_arguments(call, arguments, known_before(call), argument_count(call), result);
  TextWriter& line = trace().line;
  line.text(") = ");
  if (result == kErestartsys) {
    line.text("? ERESTARTSYS");
  } else if (is_error(result)) {
    const char* name = errno_name(result);
    line.text("-1 ");
    if (name != nullptr)
      line.text(name);
    else
      line.text("errno ").integer(-result);
  } else if (call.has_pointer_result) {
    line.hexadecimal(static_cast<uint64_t>(result));
  } else {
    line.integer(result);
  }
  finish_line();
}

void trace_end(const Task& task, int32_t status) {
  if (!is_tracing()) return;
  if (trace().is_unfinished && trace().task == task.id) {
    trace().line.text(") = ?");
    finish_line();
  }
  begin_line(task);
  trace().line.text("+++ exited with ").integer(status).text(" +++");
  finish_line();
}

void count_absent_call(uint32_t number) {
  if (number < kSystemCallCount)
    trace().absent[number]++;
  else
    trace().absent_beyond++;
}

void trace_absent_calls() {
  if (!is_tracing()) return;
  for (uint32_t number = 0; number < kSystemCallCount; number++) {
    if (trace().absent[number] == 0) continue;
    trace()
        .line.text("no such system call: ")
        .number(number)
        .text(", asked for ")
        .number(trace().absent[number])
        .text(" times");
    finish_line();
  }
  if (trace().absent_beyond == 0) return;
  trace().line.text("no such system call: ").number(trace().absent_beyond).text(" with numbers beyond the table");
  finish_line();
}

}  // namespace hop::personality
