// SPDX-License-Identifier: GPL-2.0-or-later
// Files and directories of the files service.
#pragma once
#include "userland/services/linux/open_file.h"

namespace hop::personality {

/// Owns its handle in the files service.
class DiskFile : public OpenFile {
 public:
  DiskFile(uint32_t flags, uint64_t handle) : OpenFile(flags), handle_(handle) {}
  ~DiskFile() override;

  int64_t read(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t write(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t status(uint64_t address) override;
  int64_t size() override;
  int64_t truncate(uint64_t bytes) override;
  int64_t readable_bytes() override;
  [[nodiscard]] bool is_seekable() const override { return true; }
  [[nodiscard]] bool is_mappable() const override { return true; }
  [[nodiscard]] uint64_t handle() const override { return handle_; }

 private:
  uint64_t handle_;
};

/// A directory's position is the cookie of the next entry.
class DiskDirectory : public DiskFile {
 public:
  using DiskFile::DiskFile;
  int64_t read(uint64_t, uint64_t, uint64_t) override { return kEisdir; }
  int64_t write(uint64_t, uint64_t, uint64_t) override { return kEbadf; }
  int64_t size() override { return kEinval; }
  int64_t truncate(uint64_t) override { return kEinval; }
  int64_t read_directory(uint64_t address, uint64_t bytes, uint64_t& cookie) override;
  [[nodiscard]] bool is_directory() const override { return true; }
  [[nodiscard]] bool is_mappable() const override { return false; }
};

}  // namespace hop::personality
