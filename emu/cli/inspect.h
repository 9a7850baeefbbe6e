// SPDX-License-Identifier: GPL-2.0-or-later
// The commands that start no machine: hop variant, hop costs, hop isa, hop dis.
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "emu/cli/options.h"
#include "emu/platform/result.h"

namespace emu::cli {

[[nodiscard]] std::string describe_variants(const VariantOptions& options);

/// A table that is asked for is checked, and printed as it is.
[[nodiscard]] Result<std::string> describe_costs(const CostsOptions& options);

/// The instruction table (isa-ext/encoding/instructions.def) in the form asked for.
[[nodiscard]] std::string describe_instructions(const IsaOptions& options);

/// Writes the code of an ELF file's executable sections (of its executable segments, if it has no sections), ASX
/// instructions in place, in Intel syntax. Writes as it goes, as programs can be large.
[[nodiscard]] MaybeError disassemble_file(const DisassembleOptions& options, std::FILE* out);

}  // namespace emu::cli
