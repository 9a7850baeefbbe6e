// SPDX-License-Identifier: GPL-2.0-or-later
// Manual 3.5 to 3.12 and 3.14 to 3.16, and the encodings.
#include <cstdio>

#include "tests/conformance/oracle/offsets.h"
#include "tests/conformance/oracle/oracle.h"

namespace oracle {

using asx::Access;
using asx::AsCause;
using namespace at;

// 3.5
uint64_t Machine::rights_of(uint16_t s, const Sets& sets) const {
  try {
    (void)select(s, kKindGate, sets);
    return 4;
  } catch (const Fault&) {
  }
  try {
    const Entry entry = select(s, kKindSpace, sets);
    return (entry.read ? 1u : 0u) + (entry.write ? 2u : 0u);
  } catch (const Fault&) {
    return 0;
  }
}

// 3.6
uint64_t Machine::tselc(uint64_t address) const {
  const Stack stack = stack_of(state.thread);
  check(stack.depth() > 0, AsCause::SecureStackEmpty);
  const uint64_t frame = stack.top - kFrameSize;
  const bool is_stack_half = address >> 63 != 0;
  const uint32_t id = memory.read32(frame + (is_stack_half ? kFrameSs : kFrameCs));
  const uint32_t generation = memory.read32(frame + (is_stack_half ? kFrameSsGeneration : kFrameCsGeneration));
  if (!lives(id, generation)) return 0;
  Sets sets = sets_now();
  (is_stack_half ? sets.ss : sets.cs) = load(id);
  if (is_stack_half && !choices.stack_half_is_threads) sets.stack_list = sets.ss;
  if (!is_stack_half && !choices.code_half_is_threads) sets.code_list = sets.cs;
  sets.frames_up = 1;
  return rights_of(static_cast<uint16_t>(address >> 48), sets);
}

// 3.7
uint64_t Machine::gframe(uint8_t n) const {
  check(n <= 5, AsCause::Operand);
  const Stack stack = stack_of(state.thread);
  if (n == 0) return stack.depth();
  if (n == 1) return stack.free_above_reserve();
  if (stack.depth() == 0) return 0;
  const uint64_t frame = stack.top - kFrameSize;
  if (n == 2) return memory.read32(frame + kFrameCs);
  if (n == 4) return memory.read(frame + kFrameKind, 1);
  if (n == 5) return memory.read32(frame + kFrameCsGeneration);
  const uint32_t space = memory.read32(frame + kFrameGateSpace), index = memory.read32(frame + kFrameGateIndex);
  try {
    const uint64_t descriptor = living(space, memory.read32(frame + kFrameGateSpaceGeneration));
    check(index < memory.read32(descriptor + kGateCount), AsCause::GateIndex);
    const uint64_t gate = memory.read64(descriptor + kGateTable) + index * kGateSize;
    need(gate, kGateSize, 8);
    return memory.read64(gate + kGateParameter);
  } catch (const Fault&) {
    return 0;
  }
}

// 3.8
void Machine::ldsys(uint8_t n, uint64_t value) {
  if (n == 0) {
    state.space_table = value;
  } else if (n == 1) {
    check(value <= 0xffff'ffff, AsCause::Operand);
    state.space_count = static_cast<uint32_t>(value);
  } else if (n == 2) {
    state.vector_table = value;
  } else if (n == 4) {
    state.event_mask = static_cast<uint32_t>(value);
  } else if (n == 7) {
    state.compare = value;
  } else if (n == 9) {
    if ((value >> state.cpu & 1) != 0) state.signals |= uint64_t{1} << state.cpu;  // there is no other CPU here
  } else {
    fail(AsCause::Operand);
  }
}

// 3.9
uint64_t Machine::stsys(uint8_t n) {
  if (n == 0) return state.space_table;
  if (n == 1) return state.space_count;
  if (n == 2) return state.vector_table;
  if (n == 3) return state.thread;
  if (n == 4) return state.event_mask;
  if (n == 5) return state.pending & 0xffff'ffff;
  if (n == 6) return state.clock;
  if (n == 7) return state.compare;
  if (n == 8) return state.cpu;
  check(n == 9, AsCause::Operand);
  const uint64_t signals = state.signals;
  state.signals = 0;
  return signals;
}

// 3.10
void Machine::invspace(uint64_t id) {
  for (Space* space : {&state.cs, &state.ss, &state.code_list, &state.stack_list}) {
    if (id == ~uint64_t{0} || id == space->id) *space = live_or_empty(space->id, space->generation);
  }
}

// 3.11
void Machine::tswitch(uint64_t block) {
  try {
    (void)stack_of(block);
  } catch (const Fault&) {
    fail(AsCause::Operand);
  }
  const uint32_t id = memory.read32(block + kThreadSs);
  const uint64_t descriptor = living(id, memory.read32(block + kThreadSsGeneration));
  check((memory.read32(descriptor + kSpaceFlags) & kStackFlag) != 0, AsCause::NotStackSpace);
  state.thread = block;
  load_lists_of_thread();
  put_in_force(state.cs, load(id));
}

// 3.14 to 3.16, "#UD if the variant offers no mode"
void Machine::need_mode() const {
  if (choices.operand == Choices::Operand::Tagged) throw Fault{6, 0, 0};
}

void Machine::need_selector_register(uint8_t n) const {
  need_mode();
  check(n >= 1 && n <= (choices.operand == Choices::Operand::Segment ? 3 : 15), AsCause::Operand);
}

void Machine::run(const Instruction& i) {
  const uint64_t next = state.rip + i.length;
  const bool is_privileged_one = i.opcode >= 0x07 && i.opcode <= 0x0b;
  if (is_privileged_one) check((state.cs.flags & kPrivileged) != 0, AsCause::Privilege);
  uint64_t& r = state.gpr[i.r];
  const uint64_t m = state.gpr[i.m];
  switch (i.opcode) {
    case 0x00:
      return gate_call(m, next, std::nullopt, false);
    case 0x01:
      return gret();
    case 0x02:
      narrow(static_cast<uint16_t>(r), m, next);
      break;
    case 0x03:
      widen();
      break;
    case 0x04:
      r = rights_of(static_cast<uint16_t>(m >> 48), sets_now());
      break;
    case 0x05:
      r = tselc(m);
      break;
    case 0x06:
      r = gframe(i.m);
      break;
    case 0x07:
      ldsys(i.r, m);
      break;
    case 0x08:
      r = stsys(i.m);
      break;
    case 0x09:
      invspace(m);
      break;
    case 0x0a:
      tswitch(m);
      break;
    case 0x0b:
      state.wait_mask = m;
      break;
    case 0x0c: {
      need_mode();
      const uint8_t offered = choices.operand == Choices::Operand::AccessRegister ? 1 : 2;
      check(i.m == 0 || i.m == offered, AsCause::Operand);
      state.mode = i.m;
      break;
    }
    case 0x0d:
      need_selector_register(i.r);
      state.selector_registers[i.r] = static_cast<uint16_t>(m);
      break;
    case 0x0e:
      need_selector_register(i.m);
      r = state.selector_registers[i.m];
      break;
    case 0x10:
      return gate_call(r, next, m, false);
    default:
      throw Fault{6, 0, 0};
  }
  state.rip = next;
}

MaybeFault Machine::execute(const Instruction& instruction) {
  const uint64_t next = state.rip + instruction.length;
  const MaybeFault fault = attempt([&] { run(instruction); });
  // 7.10: the call is a trap, the return is not
  const bool is_call = instruction.opcode == 0x00 || instruction.opcode == 0x10;
  if (is_call && fault && (fault->error & 0xff) == uint32_t(AsCause::Switch)) state.rip = next;
  return fault;
}

// Chapter 3's introduction, and the patterns of its sections
std::optional<Instruction> decode(std::span<const uint8_t> bytes) {
  size_t i = 0;
  uint8_t rex = 0;
  if (bytes[0] >= 0x40 && bytes[0] < 0x50) rex = bytes[i++];
  if (bytes[i] != 0x0f || bytes[i + 1] != 0x0a) return std::nullopt;
  const uint8_t opcode = bytes[i + 2], modrm = bytes[i + 3];
  if (modrm < 0xc0 || opcode > 0x10 || opcode == 0x0f) return std::nullopt;
  const bool rex_r = (rex & 4) != 0, rex_b = (rex & 1) != 0;
  const auto r = static_cast<uint8_t>((modrm >> 3 & 7) | (rex_r ? 8 : 0));
  const auto m = static_cast<uint8_t>((modrm & 7) | (rex_b ? 8 : 0));
  const bool has_nothing = opcode == 0x01 || opcode == 0x03;
  const bool has_m_only = opcode == 0x00 || (opcode >= 0x09 && opcode <= 0x0c);
  if (has_nothing && (modrm != 0xc0 || rex_r || rex_b)) return std::nullopt;
  if (has_m_only && r != 0) return std::nullopt;
  return Instruction{opcode, r, m, static_cast<uint8_t>(i + 4)};
}

std::string text_of(const MaybeFault& fault) {
  if (!fault) return "none";
  char text[96];
  std::snprintf(text, sizeof text, "vector %u error %x address %llx", fault->vector, fault->error,
                static_cast<unsigned long long>(fault->address));
  return text;
}

}  // namespace oracle
