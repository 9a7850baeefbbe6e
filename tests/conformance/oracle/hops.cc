// SPDX-License-Identifier: GPL-2.0-or-later
// Manual 3.1 to 3.4, 3.13, 3.17 and chapter 5: what moves a thread.
#include <bit>

#include "tests/conformance/oracle/offsets.h"
#include "tests/conformance/oracle/oracle.h"

namespace oracle {

using asx::Access;
using asx::AsCause;
using asx::AsOperation;
using namespace at;

namespace {

constexpr unsigned kRax = 0, kRcx = 1, kRdx = 2, kRbx = 3, kRsp = 4, kRbp = 5, kR11 = 11;
constexpr uint16_t kSixSaved = 1u << kRbx | 1u << kRbp | 0xf000;  // RBX RBP R12-R15

// the table of 7.6; RSP is in frames in any case
uint16_t kept(Choices::Save save) {
  if (save == Choices::Save::All) return 0xffff;
  return save == Choices::Save::Callee ? kSixSaved | 1u << kRsp : 1u << kRsp;
}
uint16_t cleared(Choices::Save save) {
  if (save == Choices::Save::All) return kSixSaved | 1u << kRcx;
  return save == Choices::Save::Callee ? kSixSaved : 0;
}
uint16_t given_back(Choices::Save save) {
  if (save == Choices::Save::All) return static_cast<uint16_t>(0xffff & ~(1u << kRax | 1u << kRdx));
  return save == Choices::Save::Callee ? kSixSaved | 1u << kRsp : 1u << kRsp;
}

}  // namespace

// push(kind, rip) of chapter 3's introduction
uint64_t Machine::push(uint8_t kind, uint64_t rip, uint16_t registers) {
  const uint64_t frame = memory.read64(state.thread + kStackTop);
  for (uint64_t i = 0; i < kFrameSize; i += 8) memory.write(frame + i, 8, 0);
  memory.write(frame + kFrameKind, 1, kind);
  memory.write(frame + kFrameMode, 1, state.mode);
  memory.write(frame + kFrameEventMask, 4, state.event_mask);
  memory.write(frame + kFrameCs, 4, state.cs.id);
  memory.write(frame + kFrameCsGeneration, 4, state.cs.generation);
  memory.write(frame + kFrameSs, 4, state.ss.id);
  memory.write(frame + kFrameSsGeneration, 4, state.ss.generation);
  memory.write(frame + kFrameRip, 8, rip);
  memory.write(frame + kFrameRflags, 8, state.rflags);
  memory.write(frame + kFrameFsBase, 8, state.fs_base);
  memory.write(frame + kFrameGsBase, 8, state.gs_base);
  for (unsigned i = 0; i < 16; ++i) {
    if ((registers >> i & 1) != 0) memory.write(frame + kFrameGpr + 8 * i, 8, state.gpr[i]);
  }
  for (unsigned n = 1; n < 16; ++n) {
    memory.write(frame + kFrameSelectorRegisters + 2 * (n - 1), 2, state.selector_registers[n]);
  }
  memory.write(state.thread + kStackTop, 8, frame + kFrameSize);
  return frame;
}

// "load CS, load SS", 2.2
void Machine::put_in_force(const Space& cs, const Space& ss) {
  state.cs = cs;
  state.ss = ss;
  memory.write(state.thread + kThreadCs, 4, cs.id);
  memory.write(state.thread + kThreadCsGeneration, 4, cs.generation);
  memory.write(state.thread + kThreadSs, 4, ss.id);
  memory.write(state.thread + kThreadSsGeneration, 4, ss.generation);
}

// 7.10
bool Machine::is_kernels_to_do(const Space& target) const {
  if (!choices.one_space) return false;
  if (target.id == state.cs.id && target.generation == state.cs.generation) return false;
  return (state.cs.flags & kPrivileged) == 0 && (target.flags & kPrivileged) == 0;
}

// 3.1: what follows the push
void Machine::enter(const Entered& entered, uint64_t frame, bool is_event, bool has_record) {
  const uint64_t gate = entered.gate;
  const Space target = load(entered.space);
  memory.write(frame + kFrameGateSpace, 4, target.id);
  memory.write(frame + kFrameGateSpaceGeneration, 4, target.generation);
  memory.write(frame + kFrameGateIndex, 4, entered.gate_index);
  if (!is_event) {
    for (unsigned i = 0; i < 16; ++i) {
      if ((cleared(choices.save) >> i & 1) != 0) state.gpr[i] = 0;
    }
  }
  const uint32_t policy = memory.read32(gate + kGatePolicy);
  if (policy == kPoolPolicy) {
    const uint64_t pool = memory.read64(gate + kGatePool);
    memory.write(frame + kFramePool, 8, pool);
    memory.write(frame + kFramePoolSlot, 4, entered.slot);
    state.gpr[kRsp] = memory.read64(entered.slot_address + kSlotRsp) - (has_record ? kRecordSize : 0);
    state.fs_base = memory.read64(entered.slot_address + kSlotFsBase);
    memory.write(pool + kPoolFirstFree, 4, memory.read32(entered.slot_address + kSlotNextFree));
    memory.write(pool + kPoolFreeCount, 4, memory.read32(pool + kPoolFreeCount) - 1);
    memory.write(entered.slot_address + kSlotNextFree, 4, 0);
    memory.write(entered.slot_address + kSlotInUse, 4, 1);
  }
  const bool is_there_already = state.cs.id == target.id && state.cs.generation == target.generation;
  if (policy == kThreadPolicy && !is_there_already) {
    state.gpr[kRsp] = memory.read64(state.thread + kKernelRsp);
    state.fs_base = memory.read64(state.thread + kKernelFsBase);
  }
  state.rip = entered.rip;
  state.gpr[kR11] = memory.read64(gate + kGateParameter);
  state.event_mask |= memory.read32(gate + kGateEventMask);
  state.rflags &= ~uint64_t{1u << 8 | 1u << 10 | 1u << 14 | 1u << 16 | 1u << 18};  // TF DF NT RF AC
  state.mode = 0;
  put_in_force(target, state.ss);
}

// 3.13, checks 13 to 20
Machine::Lent Machine::lend(uint64_t operand) const {
  const bool read = (operand >> 16 & 1) != 0, write = (operand >> 17 & 1) != 0;
  check(read || write, AsCause::Operand);
  const Entry entry = select(static_cast<uint16_t>(operand), kKindSpace, sets_now());
  check((entry.read || !read) && (entry.write || !write), AsCause::Rights);
  return {entry.space, memory.read32(entry.descriptor + kSpaceGeneration), (read ? kRead : 0) | (write ? kWrite : 0)};
}

// 3.1, 3.13, 3.17
void Machine::gate_call(uint64_t operand, uint64_t next, std::optional<uint64_t> loan, bool is_syscall) {
  const auto s = static_cast<uint16_t>(operand);
  const Doing calling{AsOperation::GateCall, Access::None, uint64_t{s} << 48};
  doing_ = calling;
  const Entry entry = select(s, kKindGate, sets_now());
  Entered entered = check_gate(entry.space, entry.descriptor, entry.gate_index, false);

  // 4.3, check 13
  uint64_t record = 0;
  const bool has_record = choices.returns_by_record && entered.slot != 0;
  if (has_record) {
    const uint64_t place = memory.read64(entered.slot_address + kSlotRsp) - kRecordSize;
    check(place % kRecordSize == 0, AsCause::Addressing);
    Sets callee = sets_now();
    callee.cs = load(entered.space);
    if (!choices.code_half_is_threads) callee.code_list = callee.cs;
    try {
      record = data(place, Access::Write, callee, false);
    } catch (const Fault&) {
      doing_ = calling;
      fail(AsCause::ReturnRecord);
    }
  }
  Lent lent;
  if (loan) {
    doing_ = {AsOperation::Grant, Access::None, *loan << 48};
    lent = lend(*loan);
  }
  doing_ = calling;
  if (choices.enters_anywhere && !is_syscall && operand >> 16 != 0) {
    entered.rip = operand >> 16;
    doing_.address |= entered.rip;
  }
  check(!is_kernels_to_do(load(entered.space)), AsCause::Switch);

  const uint64_t frame = push(kCallFrame, next, kept(choices.save));
  memory.write(frame + kFrameGrantSpace, 4, lent.space);
  memory.write(frame + kFrameGrantGeneration, 4, lent.generation);
  memory.write(frame + kFrameGrantRights, 2, lent.rights);
  if (has_record) {
    memory.write(record + kRecordCs, 4, state.cs.id);
    memory.write(record + kRecordCsGeneration, 4, state.cs.generation);
    memory.write(record + kRecordSs, 4, state.ss.id);
    memory.write(record + kRecordSsGeneration, 4, state.ss.generation);
    memory.write(record + kRecordRip, 8, next);
    memory.write(record + kRecordRsp, 8, state.gpr[kRsp]);
    memory.write(record + kRecordRflags, 8, state.rflags);
    memory.write(record + kRecordFsBase, 8, state.fs_base);
    memory.write(record + kRecordGsBase, 8, state.gs_base);
    memory.write(record + kRecordGsBase + 8, 8, 0);
  }
  enter(entered, frame, false, has_record);
}

MaybeFault Machine::system_call() {
  const uint64_t next = state.rip + 2;
  const MaybeFault fault = attempt([&] {
    doing_.operation = AsOperation::GateCall;
    const uint32_t s = state.cs.syscall_selector;
    check(s != 0 && s < 0x8000, AsCause::NoSyscallGate);
    gate_call(s, next, std::nullopt, true);
  });
  const bool is_switch = fault && fault->vector == 24 && (fault->error & 0xff) == uint32_t(AsCause::Switch);
  if (!fault || is_switch) state.gpr[kRcx] = next;
  if (is_switch) state.rip = next;
  return fault;
}

// 3.2, checks 3 and 4; 3.4, checks 4 and 5
void Machine::return_spaces(uint32_t cs, uint32_t cs_generation, uint32_t ss, uint32_t ss_generation) const {
  const auto look = [&](uint32_t id, uint32_t generation, uint32_t flag, AsCause cause) {
    try {
      const uint64_t descriptor = living(id, generation);
      check((memory.read32(descriptor + kSpaceFlags) & flag) != 0, cause);
    } catch (const Fault& fault) {
      if ((fault.error & 0xff) == uint32_t(AsCause::Addressing)) throw;
      fail(cause);
    }
  };
  look(cs, cs_generation, kCode, AsCause::ReturnCodeSpace);
  look(ss, ss_generation, kStackFlag, AsCause::ReturnStackSpace);
}

// 3.2
void Machine::gret() {
  const Doing returning{AsOperation::Return, Access::None, 0};
  doing_ = returning;
  const Stack stack = stack_of(state.thread);
  check(stack.depth() > 0, AsCause::SecureStackEmpty);
  const uint64_t frame = stack.top - kFrameSize;
  const uint64_t kind = memory.read(frame + kFrameKind, 1);
  check(kind == kCallFrame || kind == kEventFrame, AsCause::FrameKind);

  const uint64_t pool = memory.read64(frame + kFramePool);
  const uint32_t slot = memory.read32(frame + kFramePoolSlot);
  uint32_t cs = memory.read32(frame + kFrameCs), cs_generation = memory.read32(frame + kFrameCsGeneration);
  uint32_t ss = memory.read32(frame + kFrameSs), ss_generation = memory.read32(frame + kFrameSsGeneration);
  uint64_t rip = memory.read64(frame + kFrameRip), rsp = memory.read64(frame + kFrameGpr + 8 * kRsp);
  uint64_t rflags = memory.read64(frame + kFrameRflags);
  uint64_t fs_base = memory.read64(frame + kFrameFsBase), gs_base = memory.read64(frame + kFrameGsBase);

  // 7.3
  const uint32_t gate_space = memory.read32(frame + kFrameGateSpace);
  const uint32_t gate_generation = memory.read32(frame + kFrameGateSpaceGeneration);
  const bool is_callees = gate_space == state.cs.id && gate_generation == state.cs.generation;
  if (choices.returns_by_record && kind == kCallFrame && slot != 0 && is_callees) {
    check_used(pool, slot);
    const uint64_t place = memory.read64(pool_slot(pool, slot) + kSlotRsp) - kRecordSize;
    check(place % kRecordSize == 0, AsCause::Addressing);
    const uint64_t record = data(place, Access::Read, sets_now(), false);
    doing_ = returning;
    cs = memory.read32(record + kRecordCs);
    cs_generation = memory.read32(record + kRecordCsGeneration);
    ss = memory.read32(record + kRecordSs);
    ss_generation = memory.read32(record + kRecordSsGeneration);
    rip = memory.read64(record + kRecordRip);
    rsp = memory.read64(record + kRecordRsp);
    rflags = memory.read64(record + kRecordRflags);
    fs_base = memory.read64(record + kRecordFsBase);
    gs_base = memory.read64(record + kRecordGsBase);
  }
  return_spaces(cs, cs_generation, ss, ss_generation);
  const bool gives_back = slot != 0 && lives(gate_space, gate_generation);
  if (gives_back) check_used(pool, slot);
  check(!is_kernels_to_do(load(cs)), AsCause::Switch);

  if (gives_back) {
    const uint64_t at = pool_slot(pool, slot);
    memory.write(at + kSlotNextFree, 4, memory.read32(pool + kPoolFirstFree));
    memory.write(at + kSlotInUse, 4, 0);
    memory.write(pool + kPoolFirstFree, 4, slot);
    memory.write(pool + kPoolFreeCount, 4, memory.read32(pool + kPoolFreeCount) + 1);
  }
  const uint16_t registers = kind == kEventFrame ? 0xffff : given_back(choices.save);
  for (unsigned i = 0; i < 16; ++i) {
    if ((registers >> i & 1) != 0) state.gpr[i] = memory.read64(frame + kFrameGpr + 8 * i);
  }
  state.gpr[kRsp] = rsp;
  state.rip = rip;
  state.rflags = rflags;
  state.fs_base = fs_base;
  state.gs_base = gs_base;
  state.event_mask = memory.read32(frame + kFrameEventMask);
  state.mode = static_cast<uint8_t>(memory.read(frame + kFrameMode, 1));
  for (unsigned n = 1; n < 16; ++n) {
    state.selector_registers[n] = static_cast<uint16_t>(memory.read(frame + kFrameSelectorRegisters + 2 * (n - 1), 2));
  }
  memory.write(state.thread + kStackTop, 8, frame);
  put_in_force(load(cs), load(ss));
}

// 3.3
void Machine::narrow(uint16_t s, uint64_t rsp, uint64_t next) {
  doing_ = {AsOperation::Narrow, Access::None, uint64_t{s} << 48};
  check((s & 0x8000) != 0, AsCause::NotStackSpace);
  const Entry entry = select(s, kKindSpace, sets_now());
  check(entry.read && entry.write, AsCause::Rights);
  check((memory.read32(entry.descriptor + kSpaceFlags) & kStackFlag) != 0, AsCause::NotStackSpace);
  const Stack stack = stack_of(state.thread);
  check(stack.free_above_reserve() >= 1, AsCause::SecureStackFull);

  // what the argument slot names stays (3.13)
  Lent lent;
  if (stack.depth() > 0) {
    const uint64_t below = stack.top - kFrameSize;
    const uint64_t kind = memory.read(below + kFrameKind, 1);
    const auto rights = static_cast<uint32_t>(memory.read(below + kFrameGrantRights, 2));
    if ((kind == kCallFrame || kind == kNarrowFrame) && rights != 0) {
      lent = {memory.read32(below + kFrameGrantSpace), memory.read32(below + kFrameGrantGeneration), rights};
    }
  }
  const uint64_t frame = push(kNarrowFrame, next, kept(choices.save));
  memory.write(frame + kFrameGrantSpace, 4, lent.space);
  memory.write(frame + kFrameGrantGeneration, 4, lent.generation);
  memory.write(frame + kFrameGrantRights, 2, lent.rights);
  state.gpr[kRsp] = rsp;
  put_in_force(state.cs, load(entry.space));
}

// 3.4
void Machine::widen() {
  doing_ = {AsOperation::Widen, Access::None, 0};
  const Stack stack = stack_of(state.thread);
  check(stack.depth() > 0, AsCause::SecureStackEmpty);
  const uint64_t frame = stack.top - kFrameSize;
  check(memory.read(frame + kFrameKind, 1) == kNarrowFrame, AsCause::FrameKind);
  const uint32_t cs = memory.read32(frame + kFrameCs), cs_generation = memory.read32(frame + kFrameCsGeneration);
  const uint32_t ss = memory.read32(frame + kFrameSs), ss_generation = memory.read32(frame + kFrameSsGeneration);
  check(cs == state.cs.id && cs_generation == state.cs.generation, AsCause::WidenSpace);
  return_spaces(cs, cs_generation, ss, ss_generation);
  state.gpr[kRsp] = memory.read64(frame + kFrameGpr + 8 * kRsp);
  state.fs_base = memory.read64(frame + kFrameFsBase);
  memory.write(state.thread + kStackTop, 8, frame);
  put_in_force(state.cs, load(ss));
}

// 5.1
std::optional<uint32_t> Machine::interrupt() const {
  uint64_t asking = state.pending;
  if (state.compare != ~uint64_t{0} && state.clock >= state.compare) asking |= 1;
  if (state.signals != 0) asking |= uint64_t{1} << 31;
  asking &= 0xffff'ffff & ~uint64_t{state.event_mask};
  if (asking == 0) return std::nullopt;
  return static_cast<uint32_t>(std::countr_zero(asking));
}

// 5.2
MaybeFault Machine::deliver(uint32_t vector, uint32_t error, uint64_t address) {
  return attempt([&] {
    doing_ = {AsOperation::Event, Access::None, address};
    const uint64_t entry = state.vector_table + vector * kVectorSize;
    need(entry, kVectorSize, 4);
    check(memory.read32(entry + kVectorValid) != 0, AsCause::EntryInvalid);
    const uint32_t space = memory.read32(entry + kVectorSpace);
    const uint64_t descriptor = living(space, memory.read32(entry + kVectorGeneration));
    const Entered entered = check_gate(space, descriptor, memory.read32(entry + kVectorGate), true);
    const uint64_t frame = push(kEventFrame, state.rip, 0xffff);
    memory.write(frame + kFrameVector, 2, vector);
    memory.write(frame + kFrameErrorCode, 2, error);
    memory.write(frame + kFrameFaultAddress, 8, address);
    enter(entered, frame, true, false);
  });
}

}  // namespace oracle
