// SPDX-License-Identifier: GPL-2.0-or-later
#include <new>

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/character_files.h"
#include "userland/services/linux/random.h"
#include "userland/services/linux/services.h"

namespace hop::personality {

DeviceFile::~DeviceFile() {
  files_call(files::Operation::Close, handle_);
}

int64_t DeviceFile::read(uint64_t address, uint64_t bytes, uint64_t) {
  switch (kind_) {
    case DeviceKind::Null:
      return 0;
    case DeviceKind::Zero:
    case DeviceKind::Full:
      return zero_out(address, bytes) ? static_cast<int64_t>(bytes) : kEfault;
    case DeviceKind::Random:
      return random_out(address, bytes);
  }
  return kEinval;
}

int64_t DeviceFile::write(uint64_t, uint64_t bytes, uint64_t) {
  return kind_ == DeviceKind::Full && bytes != 0 ? kEnospc : static_cast<int64_t>(bytes);
}

int64_t DeviceFile::status(uint64_t address) {
  return files_call(files::Operation::Status, handle_, address).value;
}

namespace {

/// The device numbers of Linux (Documentation/admin-guide/devices.txt).
OpenFile* make_device_file(uint64_t rdev, uint32_t flags, uint64_t handle) {
  constexpr uint32_t kMemory = 1, kTerminals = 4, kTerminalAlternates = 5;
  const uint32_t minor = device_minor(rdev);
  if (device_major(rdev) == kTerminals || device_major(rdev) == kTerminalAlternates)
    return new (std::nothrow) ConsoleFile(flags, 0);
  if (device_major(rdev) != kMemory) return nullptr;
  switch (minor) {
    case 3:
      return new (std::nothrow) DeviceFile(flags, DeviceKind::Null, handle);
    case 5:
      return new (std::nothrow) DeviceFile(flags, DeviceKind::Zero, handle);
    case 7:
      return new (std::nothrow) DeviceFile(flags, DeviceKind::Full, handle);
    case 8:
    case 9:
      return new (std::nothrow) DeviceFile(flags, DeviceKind::Random, handle);
    default:
      return nullptr;
  }
}

}  // namespace

OpenFile* open_device(uint64_t rdev, uint32_t flags, uint64_t handle, int64_t& error) {
  OpenFile* file = make_device_file(rdev, flags, handle);
  if (file == nullptr) error = kEnxio;
  if (file != nullptr && file->is_console()) {
    const bool is_terminal = static_cast<ConsoleFile*>(file)->is_terminal();
    if (!is_terminal) {
      delete file;
      file = nullptr;
      error = kEnxio;
    } else {
      files_call(files::Operation::Close, handle);
    }
  }
  return file;
}

}  // namespace hop::personality
