// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/abi/address.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/character_files.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/task.h"

namespace hop::personality {
namespace {

constexpr uint64_t kReadable = 1, kWritable = 2;  // answers of console::Operation::Poll

/// What a terminal has after a reset: echo, canonical input, signals (include/uapi/asm-generic/termbits.h).
constexpr Termios kSaneTermios = {
    .input = 0x4500,  // ICRNL IXON IUTF8
    .output = 0x5,    // OPOST ONLCR
    .control = 0xbf,  // B38400 CS8 CREAD
    .local = 0x8a3b,  // ISIG ICANON ECHO ECHOE ECHOK ECHOCTL ECHOKE IEXTEN
    .line = 0,
    .characters = {3, 0x1c, 0x7f, 0x15, 4, 0, 1, 0, 0x11, 0x13, 0x1a, 0, 0x12, 0xf, 0x17, 0x16, 0, 0, 0},
};

int32_t foreground_group = 1000;  ///< that of the first task, until somebody sets it

/// One for all lines: settings are kept, but the host's terminal is not changed by them.
Termios& termios() {
  static Termios settings = kSaneTermios;
  return settings;
}

}  // namespace

bool ConsoleFile::is_terminal() const {
  return ((system_information(SystemInfo::ConsoleTerminals) >> line_) & 1) != 0;
}

int64_t ConsoleFile::read(uint64_t address, uint64_t bytes, uint64_t) {
  while ((readiness() & kPollIn) == 0) {
    if (!is_blocking()) return kEagain;
    ask_for_console_input();
    if (const int64_t error = wait_in(console_queue(), *current_task(), kNoDeadline); error < 0) return error;
  }
  return console_call(console::Operation::Read, line_, address, bytes).value;
}

int64_t ConsoleFile::write(uint64_t address, uint64_t bytes, uint64_t) {
  return console_call(console::Operation::Write, line_, address, bytes).value;
}

int16_t ConsoleFile::readiness() {
  const int64_t answer = console_call(console::Operation::Poll, line_).value;
  if (answer < 0) return kPollError;
  return static_cast<int16_t>((answer & kReadable ? kPollIn : 0) | (answer & kWritable ? kPollOut : 0));
}

int64_t ConsoleFile::readable_bytes() {
  return readiness() & kPollIn ? 1 : 0;
}

int64_t ConsoleFile::status(uint64_t address) {
  constexpr uint64_t kTerminalDevice = make_device(136, 0), kFileSystem = 0x18;
  files::FileStatus status = {};
  const bool terminal = is_terminal();
  status.device = kFileSystem;
  status.inode = 3 + line_;
  status.links = 1;
  status.mode = terminal ? kModeCharacter | 0620u : kModeFifo | 0600u;
  status.rdev = terminal ? kTerminalDevice + line_ : 0;
  status.block_size = terminal ? 1024 : static_cast<int64_t>(asx::kPageSize);
  status.access_seconds = status.modify_seconds = status.change_seconds = wall_nanoseconds() / 1'000'000'000;
  return write_out(address, status) ? 0 : kEfault;
}

int64_t ConsoleFile::control(uint64_t command, uint64_t pointer) {
  if (!is_terminal()) return kEnotty;
  switch (command) {
    case kGetTermios:
      return write_out(pointer, termios()) ? 0 : kEfault;
    case kSetTermios:
    case kSetTermiosWait:
    case kSetTermiosFlush: {
      Termios settings;
      if (!read_in(pointer, settings)) return kEfault;
      termios() = settings;
      return 0;
    }
    case kGetWindowSize: {
      const uint64_t size = system_information(SystemInfo::ConsoleSize);
      const WindowSize window = {static_cast<uint16_t>(size >> 16), static_cast<uint16_t>(size), 0, 0};
      return write_out(pointer, window) ? 0 : kEfault;
    }
    case kGetProcessGroup: {
      return write_out(pointer, foreground_group) ? 0 : kEfault;
    }
    case kSetProcessGroup:
      return read_in(pointer, foreground_group) ? 0 : kEfault;
    case kSetWindowSize:
    case kSetControllingTerminal:
    case kFlushTerminal:
      return 0;
    default:
      return kEnotty;
  }
}

uint64_t ConsoleFile::describe(char* text, uint64_t capacity) {
  const char* name = is_terminal() ? "/dev/tty" : line_ == 0 ? "pipe:[3]" : "pipe:[4]";
  uint64_t length = 0;
  for (; name[length] != 0 && length < capacity; length++) text[length] = name[length];
  return length;
}

}  // namespace hop::personality
