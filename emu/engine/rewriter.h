// SPDX-License-Identifier: GPL-2.0-or-later
// One guest instruction, written down anew for a context in access-register or segment mode.
//
// The engine knows tagged operands only. So code in those modes is not executed where it stands, but from copies: each
// instruction has a slot of its own, in which its memory operand goes through GS, and before each instruction the
// executor (operand_executor.h) sets the GS base so that the selector is added. What cannot be written with one operand
// through GS is written in parts, with work for the executor after each.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "emu/engine/decoder.h"
#include "emu/engine/instruction_layout.h"

namespace emu {

constexpr uint64_t kSlotSize = 32;  ///< bytes of a slot; there is one for each byte of guest code
/// The copy of the byte at guest address a stands at kCopies + a * kSlotSize: in the upmost 2^53 addresses for those a
/// that can hold code, and beyond (modulo 2^64) for others, where nothing is ever found.
constexpr uint64_t kCopies = ~uint64_t{0} << 53;

[[nodiscard]] constexpr uint64_t copy_of(uint64_t address) {
  return kCopies + address * kSlotSize;
}

/// A memory operand: where it is, and what names its space.
struct RewrittenOperand {
  enum class Space : uint8_t { Selector, FsBase, GsBase };

  AddressForm address;
  Space space = Space::Selector;
  asx::SelectorSource source;        ///< Space::Selector
  uint8_t bit_number = kNoRegister;  ///< BT and its kin: the register that reaches beyond the operand
  uint8_t bit_operand_log = 0;       ///< and the operand's size: 1, 2 or 3 for 2, 4 or 8 bytes
  bool adds_al = false;              ///< XLAT
};

/// What the executor must know of an instruction.
struct Slot {
  enum class Kind : uint8_t {
    Plain,           ///< runs as it is
    Operand,         ///< one operand through GS
    String,          ///< MOVS, CMPS, STOS, SCAS: RDI, which no prefix moves, carries the selector for the while
    String32,        ///< the same with 32-bit addresses: one repetition, with 64-bit addresses
    Stack,           ///< RSP carries the selector for the while
    Call,            ///< pushes the return address; the jump follows
    CallFar,         ///< the same, to where no relative jump leads: then the executor jumps
    CallRegister,    ///< pushes; then the executor jumps
    CallMemory,      ///< loads the target; part 2 pushes
    JumpFar,         ///< the executor jumps
    JumpRegister,    ///< the executor jumps
    JumpMemory,      ///< loads the target
    ConditionalFar,  ///< Jcc and LOOP: part 2 is where the condition holds, and the executor jumps
    Return,          ///< loads the target
    PushMemory,      ///< loads; part 2 pushes
    PopMemory,       ///< loads from the stack; part 2 stores
    Leave,           ///< loads from the stack
    Enter,           ///< pushes RBP; part 2 loads a frame pointer; part 3 pushes it
    Refused,         ///< raises `vector`
    Cut,             ///< goes on in a page that could not be fetched
  };
  static constexpr uint8_t kNowhere = 0xff;

  Kind kind = Kind::Plain;
  uint8_t length = 0;           ///< of the guest's instruction
  uint8_t text_length = 0;      ///< of the first instruction in the slot
  uint8_t block_length = 0;     ///< of all up to the first jump, this included
  uint8_t done_at = kNowhere;   ///< offset in the slot from which the instruction is complete
  uint8_t taken_at = kNowhere;  ///< offset from which a branch is complete and goes to `target`
  std::array<uint8_t, 3> part_at{kNowhere, kNowhere, kNowhere};  ///< offsets of parts 2, 3, 4
  asx::Register temporary = asx::kRax;                           ///< holds a value between parts
  uint8_t size = 8;                                              ///< bytes pushed or popped
  uint8_t vector = 0;                                            ///< Refused
  bool crosses_page = false;
  bool is_x87 = false;  ///< leaves its address, its operand's and its segment for FSAVE
  InstructionLayout::Segment x87_segment = InstructionLayout::Segment::None;  ///< None: no operand
  bool loads_flags = false;  ///< POPF: may set TF, for the instruction after it
  bool writes_gs = false;    ///< may load GS, and so its base
  bool repeats = false;      ///< String32: has REP
  uint8_t ends_with_zf = 2;  ///< String32: the value of ZF that ends it; 2 = none
  bool has_source = false;   ///< String: reads through RSI
  bool stores = false;       ///< String: writes through RDI; Stack: pushes
  bool has_run = false;
  uint8_t levels = 0;                ///< ENTER
  uint16_t amount = 0;               ///< RET: bytes to drop; ENTER: bytes to reserve
  asx::Register number = asx::kRax;  ///< CallRegister, JumpRegister
  RewrittenOperand operand;
  uint64_t target = 0;  ///< of a direct branch
};

struct RewrittenInstruction {
  Slot slot;
  std::array<uint8_t, kSlotSize> text{};
};

class Rewriter {
 public:
  Rewriter(Decoder& decoder, asx::OperandMode mode) : decoder_(decoder), mode_(mode) {}

  /// Of the instruction at the front of the code, which lies at the address. The code has kMaximumX86Length bytes, or
  /// fewer where the page behind it cannot be fetched.
  [[nodiscard]] RewrittenInstruction rewrite(std::span<const uint8_t> code, uint64_t address);

 private:
  Decoder& decoder_;
  asx::OperandMode mode_;
};

}  // namespace emu
