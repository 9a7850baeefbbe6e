// SPDX-License-Identifier: GPL-2.0-or-later
// An open file description: what descriptors refer to. One subclass for each kind of thing that can be open.
#pragma once
#include <cstdint>

#include "userland/interfaces/files/files.h"
#include "userland/services/linux/abi/errno.h"
#include "userland/services/linux/abi/file.h"

namespace hop::personality {

class SocketEnd;

constexpr uint64_t kNoHandle = ~uint64_t{0};

/// Addresses are ones that this service and those it calls can use (caller_address), unless called pointers: those are
/// the program's, unchecked. Results are values or errors.
class OpenFile {
 public:
  /// flags: access mode and status flags, as F_GETFL returns them.
  explicit OpenFile(uint32_t flags) : flags_(flags) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  virtual ~OpenFile() = default;

  /// At an offset; what cannot seek ignores it. Returns the bytes read, 0 at the end.
  virtual int64_t read(uint64_t address, uint64_t bytes, uint64_t offset);
  /// offset kAtEnd: behind the last byte.
  virtual int64_t write(uint64_t address, uint64_t bytes, uint64_t offset);
  /// Writes a struct stat to the address.
  virtual int64_t status(uint64_t address) = 0;
  /// The size, for SEEK_END and its kin.
  virtual int64_t size() { return 0; }
  virtual int64_t truncate(uint64_t bytes);
  virtual int64_t control(uint64_t command, uint64_t pointer);
  /// Directory entries from the cookie on, as linux_dirent64; moves the cookie.
  virtual int64_t read_directory(uint64_t address, uint64_t bytes, uint64_t& cookie);
  /// PollEvents that hold now.
  [[nodiscard]] virtual int16_t readiness() { return kPollIn | kPollOut; }
  /// True if only the world outside can change readiness: poll may wait for it.
  [[nodiscard]] virtual bool is_console() const { return false; }
  [[nodiscard]] virtual bool is_seekable() const { return false; }
  [[nodiscard]] virtual bool is_directory() const { return false; }
  [[nodiscard]] virtual bool is_mappable() const { return false; }
  /// The handle in the files service; kNoHandle for what is not there.
  [[nodiscard]] virtual uint64_t handle() const { return kNoHandle; }
  /// This, if it is a socket.
  [[nodiscard]] virtual SocketEnd* as_socket() { return nullptr; }
  /// Bytes that can be read at once, for FIONREAD.
  virtual int64_t readable_bytes() { return 0; }
  /// "pipe:[3]" and the like into the text, for /proc/self/fd; returns its length, 0 if files knows its path.
  virtual uint64_t describe(char* text, uint64_t capacity);

  [[nodiscard]] uint32_t flags() const { return flags_; }
  void set_flags(uint32_t flags) { flags_ = flags; }
  [[nodiscard]] bool is_readable() const { return (flags_ & kAccessMode) != kWriteOnly && (flags_ & kPathOnly) == 0; }
  [[nodiscard]] bool is_writable() const { return (flags_ & kAccessMode) != kReadOnly && (flags_ & kPathOnly) == 0; }
  [[nodiscard]] bool is_blocking() const { return (flags_ & kNonBlocking) == 0; }

  /// The file position. After a write at the end it is asked for only when somebody wants to know.
  [[nodiscard]] uint64_t position();
  void set_position(uint64_t position);
  void set_position_to_end() { is_at_end_ = true; }

  void retain() { references_++; }
  /// Deletes it with its last descriptor.
  void release();

  static constexpr uint64_t kAtEnd = ~uint64_t{0};

 private:
  uint32_t flags_;
  uint32_t references_ = 1;
  uint64_t position_ = 0;
  bool is_at_end_ = false;
};

}  // namespace hop::personality
