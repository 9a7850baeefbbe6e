// SPDX-License-Identifier: GPL-2.0-or-later
// The boot image of a run: kernel, services and the guest's files.
#pragma once
#include <span>
#include <vector>

#include "emu/cli/guest_files.h"
#include "emu/cli/options.h"
#include "emu/image/builtin.h"
#include "emu/machine/options.h"
#include "emu/platform/result.h"

namespace emu::cli {

/// Owns what the boot image points to.
class BootContents {
 public:
  /// The built-in images are used unless --kernel or --service replace them.
  [[nodiscard]] static Result<BootContents> create(const RunOptions& options, std::span<const std::byte> kernel,
                                                   const std::vector<BuiltinService>& services);

  /// Valid as long as this object.
  [[nodiscard]] BootImage image(const RunOptions& options) const;
  [[nodiscard]] const std::vector<std::string>& warnings() const { return files_.warnings; }

 private:
  BootContents() = default;

  GuestFiles files_;
  std::vector<Bytes> replacements_;  ///< moving the vector keeps the bytes where they are
  std::span<const std::byte> kernel_;
  std::vector<BuiltinService> services_;
};

}  // namespace emu::cli
