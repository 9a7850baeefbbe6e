// SPDX-License-Identifier: GPL-2.0-or-later
// console: the serial lines of the program (0: stdin and stdout, 1: stderr).
#include "userland/interfaces/console/console.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/program.h"
#include "userland/services/console/serial_line.h"

extern "C" void console_entry();
extern "C" hop::Reply console_handler(const hop::Request& request);

namespace {

using hop::Reply;
using hop::Status;
using hop::console::SerialLine;

constexpr uint32_t kLines = 2;
constexpr unsigned kStacks = 32;
constexpr uint64_t kStackSize = 16384;

constinit SerialLine lines[kLines];
uint64_t terminals = 0;
uint64_t terminal_size = 0;

constexpr uint64_t kReadable = 1, kWritable = 2;

}  // namespace

HOP_GATE(console_entry, console_handler);

hop::Reply console_handler(const hop::Request& request) {
  const hop::Arguments& arguments = request.arguments;
  if (arguments.a >= kLines) return hop::reply(Status::Invalid);
  SerialLine& line = lines[arguments.a];
  switch (static_cast<hop::console::Operation>(request.operation)) {
    case hop::console::Operation::Write:
      return {line.write(arguments.b, arguments.c), 0};
    case hop::console::Operation::WriteWords:
      return hop::reply(line.write_words(arguments.b, &arguments.c));
    case hop::console::Operation::Read:
      return {line.read(arguments.b, arguments.c), 0};
    case hop::console::Operation::Poll:
      return {static_cast<int64_t>((line.is_readable() ? kReadable : 0) | kWritable), 0};
    case hop::console::Operation::WaitInput:
      return hop::reply(line.wait_readable(arguments.b));
    case hop::console::Operation::Flush:
      line.flush();
      return hop::reply(Status::Ok);
    case hop::console::Operation::Attributes:
      return {static_cast<int64_t>((terminals >> arguments.a & 1) != 0 ? hop::console::kIsTerminal : 0), terminal_size};
  }
  return hop::reply(Status::NoSuchCall);
}

int hop_main() {
  for (uint32_t number = 0; number < kLines; ++number) {
    if (lines[number].open(number) != Status::Ok) hop::panic("console: cannot open a serial line");
  }
  terminals = hop::kernel::info(hop::SystemInfo::ConsoleTerminals);
  terminal_size = hop::kernel::info(hop::SystemInfo::ConsoleSize);
  if (hop::add_stacks(kStacks, kStackSize) != Status::Ok) hop::panic("console: no memory for stacks");
  const Reply gate = hop::make_gate(console_entry, 0);
  if (gate.is_error() || hop::register_name("console", static_cast<uint16_t>(gate.value)) != Status::Ok) {
    hop::panic("console: cannot register");
  }
  return 0;
}
