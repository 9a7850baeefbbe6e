// SPDX-License-Identifier: GPL-2.0-or-later
// Random programs in machine code, for the engine: an image whose code pages hold *attempts*, one behind the other. An
// attempt sets registers and does one thing with them.
#pragma once
#include "tests/conformance/fuzz/program.h"

namespace conformance {

struct Attempt {
  uint32_t space = 0;
  uint64_t offset = 0, length = 0;  ///< bytes in the space's code page
};

struct MachineCode {
  Image image;
  std::vector<Attempt> attempts;  ///< of each space in the order of their offsets

  /// The same with only these attempts; the others are jumped over.
  [[nodiscard]] Image with_only(const std::vector<size_t>& numbers) const;
  /// Offset of the first attempt of a space beyond an offset; no value: there is none.
  [[nodiscard]] std::optional<uint64_t> next(uint32_t space, uint64_t offset) const;
  /// One line.
  [[nodiscard]] std::string text_of(size_t number) const;
};

[[nodiscard]] MachineCode random_machine_code(Random& random, const asx::Variant& variant);

}  // namespace conformance
