// SPDX-License-Identifier: GPL-2.0-or-later
// A directory for the files of one test, and ELF files to put there.
#pragma once
#include <elf.h>

#include <string>
#include <vector>

#include "emu/image/host_file.h"

namespace test {

/// Made empty; everything in it is removed at the end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file (making the directories on the way) and returns its path.
  std::string file(const std::string& name, const std::string& content, unsigned mode = 0644) const;
  std::string file(const std::string& name, const emu::Bytes& content, unsigned mode = 0755) const;
  void directory(const std::string& name, unsigned mode = 0755) const;
  void link(const std::string& name, const std::string& target) const;

 private:
  std::string path_;
};

/// Enters a directory, and returns to the former one at the end.
class InDirectory {
 public:
  explicit InDirectory(const std::string& path);
  ~InDirectory();
  InDirectory(const InDirectory&) = delete;
  InDirectory& operator=(const InDirectory&) = delete;

 private:
  std::string former_;
};

/// A small static program: one executable segment at 0x400000 that holds the whole file. Tests spoil the parts.
struct SmallElf {
  Elf64_Ehdr header{};
  std::vector<Elf64_Phdr> segments;
  emu::Bytes rest;  ///< follows the program headers

  SmallElf();
  /// Offset of `rest` in the file, with the segments it has now.
  [[nodiscard]] uint64_t rest_offset() const;
  [[nodiscard]] emu::Bytes bytes() const;
};

[[nodiscard]] emu::Bytes to_bytes(const std::string& text);

}  // namespace test
