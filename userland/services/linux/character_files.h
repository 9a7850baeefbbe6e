// SPDX-License-Identifier: GPL-2.0-or-later
// The character devices a program can open: console lines, null, zero, full, random.
#pragma once
#include "userland/services/linux/open_file.h"

namespace hop::personality {

/// A serial line. On a terminal it is one; else it looks like a pipe, as lines are when hop's own stdin or stdout is
/// no terminal.
class ConsoleFile : public OpenFile {
 public:
  ConsoleFile(uint32_t flags, uint32_t line) : OpenFile(flags), line_(line) {}
  int64_t read(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t write(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t status(uint64_t address) override;
  int64_t control(uint64_t command, uint64_t pointer) override;
  [[nodiscard]] int16_t readiness() override;
  [[nodiscard]] bool is_console() const override { return true; }
  [[nodiscard]] uint32_t line() const { return line_; }
  int64_t readable_bytes() override;
  uint64_t describe(char* text, uint64_t capacity) override;
  [[nodiscard]] bool is_terminal() const;

 private:
  uint32_t line_;
};

/// What reads and writes of a device file mean.
enum class DeviceKind : uint8_t { Null, Zero, Full, Random };

/// Owns the handle of its node in the files service: fstat shows the node.
class DeviceFile : public OpenFile {
 public:
  DeviceFile(uint32_t flags, DeviceKind kind, uint64_t handle) : OpenFile(flags), kind_(kind), handle_(handle) {}
  ~DeviceFile() override;
  int64_t read(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t write(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t status(uint64_t address) override;
  [[nodiscard]] bool is_seekable() const override { return true; }
  [[nodiscard]] bool is_mappable() const override { return kind_ == DeviceKind::Zero; }
  [[nodiscard]] uint64_t handle() const override { return handle_; }

 private:
  DeviceKind kind_;
  uint64_t handle_;
};

/// The open file for a device node; null if there is no such device (ENXIO). Takes over the handle if it is made.
[[nodiscard]] OpenFile* open_device(uint64_t rdev, uint32_t flags, uint64_t handle, int64_t& error);

}  // namespace hop::personality
