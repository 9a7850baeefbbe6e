// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a newc archive back, by the format's description and not by the writer.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "emu/image/host_file.h"

namespace test {

struct CpioEntry {
  std::string name, content;
  uint32_t inode, mode, user, group, links, modified;
};

/// The entries before the trailer. Throws where the archive breaks the format, or does not end with the trailer.
[[nodiscard]] std::vector<CpioEntry> read_cpio(const emu::Bytes& archive);

/// The entry of that name; throws if there is not exactly one.
[[nodiscard]] const CpioEntry& entry(const std::vector<CpioEntry>& entries, const std::string& name);

/// All names in order.
[[nodiscard]] std::vector<std::string> names(const std::vector<CpioEntry>& entries);

}  // namespace test
