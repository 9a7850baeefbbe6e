// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/operand_address.h"

#include <optional>

namespace emu {
namespace {

struct NamedRegister {
  asx::Register number;
  unsigned bits;
};

/// The general register behind Capstone's name for it or a part of it.
std::optional<NamedRegister> general_register(unsigned name) {
  using namespace asx;
  switch (name) {
#define PARTS(full, half, word, number) \
  case X86_REG_##full:                  \
    return NamedRegister{number, 64};   \
  case X86_REG_##half:                  \
    return NamedRegister{number, 32};   \
  case X86_REG_##word:                  \
    return NamedRegister{number, 16};
    PARTS(RAX, EAX, AX, kRax)
    PARTS(RCX, ECX, CX, kRcx)
    PARTS(RDX, EDX, DX, kRdx)
    PARTS(RBX, EBX, BX, kRbx)
    PARTS(RSP, ESP, SP, kRsp)
    PARTS(RBP, EBP, BP, kRbp)
    PARTS(RSI, ESI, SI, kRsi)
    PARTS(RDI, EDI, DI, kRdi)
    PARTS(R8, R8D, R8W, kR8)
    PARTS(R9, R9D, R9W, kR9)
    PARTS(R10, R10D, R10W, kR10)
    PARTS(R11, R11D, R11W, kR11)
    PARTS(R12, R12D, R12W, kR12)
    PARTS(R13, R13D, R13W, kR13)
    PARTS(R14, R14D, R14W, kR14)
    PARTS(R15, R15D, R15W, kR15)
#undef PARTS
    default:
      return std::nullopt;
  }
}

/// Value of a register in an address. Index registers that are none (RIZ) count as 0.
uint64_t value_of(unsigned name, const asx::Registers& registers, uint64_t next_rip) {
  if (name == X86_REG_RIP || name == X86_REG_EIP) return next_rip;
  const auto known = general_register(name);
  if (!known) return 0;
  const uint64_t value = registers.gpr[known->number];
  return known->bits == 32 ? static_cast<uint32_t>(value) : value;
}

uint64_t effective_address(const cs_x86& detail, const x86_op_mem& memory, const asx::Registers& registers,
                           uint64_t next_rip) {
  uint64_t address = static_cast<uint64_t>(memory.disp) + value_of(memory.base, registers, next_rip) +
                     value_of(memory.index, registers, next_rip) * static_cast<uint64_t>(memory.scale);
  if (detail.addr_size == 4) address = static_cast<uint32_t>(address);
  if (memory.segment == X86_REG_FS) address += registers.fs_base;
  if (memory.segment == X86_REG_GS) address += registers.gs_base;
  return address;
}

/// BT and its kin with a register operand reach beyond the operand: by the bit number, in whole operands.
uint64_t bit_offset(const cs_insn& instruction, const asx::Registers& registers) {
  const cs_x86& detail = instruction.detail->x86;
  const bool is_bit_test = instruction.id == X86_INS_BT || instruction.id == X86_INS_BTS ||
                           instruction.id == X86_INS_BTR || instruction.id == X86_INS_BTC;
  if (!is_bit_test || detail.op_count < 2 || detail.operands[1].type != X86_OP_REG) return 0;
  const auto number = general_register(static_cast<unsigned>(detail.operands[1].reg));
  if (!number) return 0;
  auto bit = static_cast<int64_t>(registers.gpr[number->number]);
  if (number->bits == 32) bit = static_cast<int32_t>(bit);
  if (number->bits == 16) bit = static_cast<int16_t>(bit);
  const int shift = number->bits == 64 ? 6 : number->bits == 32 ? 5 : 4;
  return static_cast<uint64_t>((bit >> shift) * static_cast<int64_t>(number->bits / 8));
}

}  // namespace

std::vector<OperandAddress> operand_addresses(const cs_insn& instruction, const asx::Registers& registers,
                                              uint64_t next_rip) {
  std::vector<OperandAddress> result;
  const cs_x86& detail = instruction.detail->x86;
  for (unsigned i = 0; i < detail.op_count; ++i) {
    const cs_x86_op& operand = detail.operands[i];
    if (operand.type != X86_OP_MEM) continue;
    const uint64_t address =
        effective_address(detail, operand.mem, registers, next_rip) + bit_offset(instruction, registers);
    // the disassembler's access flags are incomplete, and a read-modify-write faults as either
    result.push_back({address, true, true});
  }
  const bool is_string_move = result.size() == 2 && instruction.id != X86_INS_CMPSB &&
                              instruction.id != X86_INS_CMPSW && instruction.id != X86_INS_CMPSD &&
                              instruction.id != X86_INS_CMPSQ;
  if (is_string_move) {
    result[0].reads = false;
    result[1].writes = false;
  }
  const uint64_t rsp = registers.gpr[asx::kRsp];
  switch (instruction.id) {
    case X86_INS_PUSH:
    case X86_INS_PUSHFQ:
    case X86_INS_CALL:
    case X86_INS_ENTER:
      // not the operand's size: PUSH FS pushes 8 bytes
      result.push_back({rsp - (detail.prefix[2] == X86_PREFIX_OPSIZE ? 2 : 8), false, true});
      break;
    case X86_INS_PUSHF:
      result.push_back({rsp - 2, false, true});
      break;
    case X86_INS_POP:
    case X86_INS_POPF:
    case X86_INS_POPFQ:
    case X86_INS_RET:
    case X86_INS_RETF:
    case X86_INS_RETFQ:
    case X86_INS_IRETQ:
    case X86_INS_IRETD:
    case X86_INS_IRET:
      result.push_back({rsp, true, false});
      break;
    case X86_INS_LEAVE:
      result.push_back({registers.gpr[asx::kRbp], true, false});
      break;
    case X86_INS_XLATB:
      result.push_back({registers.gpr[asx::kRbx] + (registers.gpr[asx::kRax] & 0xff), true, false});
      break;
    case X86_INS_MASKMOVQ:
    case X86_INS_MASKMOVDQU:
      result.push_back({registers.gpr[asx::kRdi], false, true});
      break;
    default:
      break;
  }
  // pop [rsp + n] computes its address with RSP already raised; push [mem] reads before it writes
  if (instruction.id == X86_INS_POP && detail.op_count == 1 && detail.operands[0].type == X86_OP_MEM &&
      general_register(static_cast<unsigned>(detail.operands[0].mem.base))
              .value_or(NamedRegister{asx::kRax, 0})
              .number == asx::kRsp) {
    result.front().address += detail.operands[0].size;
  }
  if (instruction.id == X86_INS_PUSH || instruction.id == X86_INS_CALL || instruction.id == X86_INS_POP) {
    for (size_t i = 0; i + 1 < result.size(); ++i) {
      result[i].reads = instruction.id != X86_INS_POP;
      result[i].writes = instruction.id == X86_INS_POP;
    }
  }
  return result;
}

}  // namespace emu
