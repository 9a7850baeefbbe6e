// SPDX-License-Identifier: GPL-2.0-or-later
// A task's descriptors: small numbers for open file descriptions.
#pragma once
#include <cstdint>

#include "userland/services/linux/open_file.h"

namespace hop::personality {

class FdTable {
 public:
  static constexpr uint32_t kMaximum = 1024;

  FdTable() = default;
  FdTable(const FdTable&) = delete;
  FdTable& operator=(const FdTable&) = delete;
  ~FdTable() { close_all(); }

  /// The open file behind a descriptor as a program passes it (only the low 32 bits count); null = EBADF.
  [[nodiscard]] OpenFile* get(uint64_t descriptor) const;
  /// Gives the file the lowest free number >= lowest; takes over the caller's reference. EMFILE leaves it to the
  /// caller.
  [[nodiscard]] int64_t install(OpenFile* file, bool close_on_exec, uint64_t lowest = 0);
  /// Makes `descriptor` refer to the file (one more reference), closing what it was. EBADF beyond the limit.
  [[nodiscard]] int64_t replace(uint64_t descriptor, OpenFile* file, bool close_on_exec);
  /// Of an empty table: the other's files, one reference more to each.
  void copy_from(const FdTable& other);
  int64_t close(uint64_t descriptor);
  void close_all();
  void close_for_exec();

  [[nodiscard]] bool is_close_on_exec(uint64_t descriptor) const;
  void set_close_on_exec(uint64_t descriptor, bool value);

  /// RLIMIT_NOFILE: numbers below it may be given out.
  [[nodiscard]] uint32_t limit() const { return limit_; }
  void set_limit(uint32_t limit) { limit_ = limit < kMaximum ? limit : kMaximum; }

 private:
  struct Slot {
    OpenFile* file = nullptr;
    bool close_on_exec = false;
  };
  Slot slots_[kMaximum];
  uint32_t limit_ = kMaximum;
};

}  // namespace hop::personality
