// SPDX-License-Identifier: GPL-2.0-or-later
#include <cassert>

#include "isa-ext/encoding/instruction.h"
#include "isa-ext/encoding/rex.h"
#include "isa-ext/encoding/table.h"

namespace asx {

Encoding encode(const Instruction& instruction) {
  const InstructionRow& row = row_of(instruction.mnemonic);
  assert(instruction.reg < 16 && (row.pattern.has_reg || instruction.reg == 0));
  assert(instruction.rm < 16 && (row.pattern.has_rm || instruction.rm == 0));
  const uint32_t word = row.pattern.match | (instruction.reg & 7u) << 3 | (instruction.rm & 7u);
  const unsigned rex = kRex | (instruction.reg >= 8 ? kRexR : 0u) | (instruction.rm >= 8 ? kRexB : 0u);

  Encoding encoding;
  const auto append = [&encoding](uint32_t byte) { encoding.bytes[encoding.length++] = static_cast<uint8_t>(byte); };
  if (rex != kRex) append(rex);
  for (const int shift : {24, 16, 8, 0}) append(word >> shift & 0xff);
  return encoding;
}

}  // namespace asx
