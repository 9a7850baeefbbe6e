// SPDX-License-Identifier: GPL-2.0-or-later
// Manual chapters 1, 2 and 4: structures and checks.
#include "tests/conformance/oracle/offsets.h"
#include "tests/conformance/oracle/oracle.h"

namespace oracle {

using asx::Access;
using asx::AsCause;
using namespace at;

void Machine::fail(AsCause cause) const {
  // 4.5
  const uint32_t error = static_cast<uint32_t>(cause) | static_cast<uint32_t>(doing_.access) << 8 |
                         static_cast<uint32_t>(doing_.operation) << 12;
  throw Fault{24, error, doing_.address};
}

MaybeFault Machine::attempt(const std::function<void()>& body) {
  const State before = state;
  memory.begin();
  doing_ = {};
  try {
    body();
    return std::nullopt;
  } catch (const Fault& fault) {
    state = before;
    memory.undo();
    return fault;
  }
}

// 4.4
void Machine::need(uint64_t address, uint64_t size, uint64_t alignment) const {
  check(address % alignment == 0 && memory.holds(address, size), AsCause::Addressing);
}

// 2.1
uint64_t Machine::descriptor_of(uint32_t id) const {
  check(id != 0 && id < state.space_count, AsCause::SpaceInvalid);
  const uint64_t descriptor = state.space_table + id * kDescriptorSize;
  need(descriptor, kDescriptorSize, 8);
  return descriptor;
}

// 2.2
Space Machine::load(uint32_t id) const {
  const uint64_t descriptor = descriptor_of(id);
  return {id,
          memory.read32(descriptor + kSpaceGeneration),
          memory.read32(descriptor + kSpaceFlags),
          memory.read32(descriptor + kAuthority),
          memory.read32(descriptor + kSyscallSelector),
          memory.read64(descriptor + kList),
          memory.read32(descriptor + kListLength)};
}

// 4.1, checks 5 and 6
uint64_t Machine::living(uint32_t id, uint32_t generation) const {
  const uint64_t descriptor = descriptor_of(id);
  check((memory.read32(descriptor + kSpaceFlags) & kValid) != 0, AsCause::SpaceInvalid);
  if (choices.compares_generations) {
    check(memory.read32(descriptor + kSpaceGeneration) == generation, AsCause::SpaceGeneration);
  }
  return descriptor;
}

bool Machine::lives(uint32_t id, uint32_t generation) const {
  try {
    (void)living(id, generation);
    return true;
  } catch (const Fault&) {
    return false;
  }
}

Space Machine::live_or_empty(uint32_t id, uint32_t generation) const {
  if (lives(id, generation)) return load(id);
  Space dead;
  dead.id = id;
  dead.generation = generation;
  return dead;
}

// 7.2
void Machine::load_lists_of_thread() {
  const uint64_t t = state.thread;
  if (choices.code_half_is_threads) {
    state.code_list = live_or_empty(memory.read32(t + kCodeListId), memory.read32(t + kCodeListGeneration));
  }
  if (choices.stack_half_is_threads) {
    state.stack_list = live_or_empty(memory.read32(t + kStackListId), memory.read32(t + kStackListGeneration));
  }
}

// 2.6
Machine::Stack Machine::stack_of(uint64_t thread) const {
  need(thread, kThreadSize, 8);
  const Stack stack{memory.read64(thread + kStackBase), memory.read64(thread + kStackLimit),
                    memory.read64(thread + kStackTop), memory.read32(thread + kReserve)};
  check(stack.base <= stack.top && stack.top <= stack.limit, AsCause::Addressing);
  check((stack.top - stack.base) % kFrameSize == 0 && (stack.limit - stack.base) % kFrameSize == 0,
        AsCause::Addressing);
  need(stack.base, stack.limit - stack.base, 8);
  return stack;
}

// 1.1, 7.2
Machine::Sets Machine::sets_now() const {
  return {state.cs, state.ss, choices.code_half_is_threads ? state.code_list : state.cs,
          choices.stack_half_is_threads ? state.stack_list : state.ss, 0};
}

// 1.2, 4.1
Machine::Entry Machine::select(uint16_t s, uint32_t kind, const Sets& sets) const {
  const bool is_stack_half = (s & 0x8000) != 0;
  const uint32_t index = s & ((1u << choices.selector_bits) - 1);
  const uint32_t slot_generation = (s & 0x7fffu) >> choices.selector_bits;
  if (choices.one_space && kind == kKindSpace) check(s == 0, AsCause::SelectorIndex);  // 7.10

  bool is_valid = true;
  uint32_t entry_kind = kKindSpace, entry_generation = 0, rights = kRead | kWrite, space_generation = 0;
  Entry entry;
  if (index == 0) {
    entry.space = is_stack_half ? sets.ss.id : sets.cs.id;
    space_generation = is_stack_half ? sets.ss.generation : sets.cs.generation;
  } else if (index == 7 && !is_stack_half) {
    // 3.13: the frame so many below the top, if it is one of a call or of a narrow and something was lent
    const Stack stack = stack_of(state.thread);
    is_valid = false;
    if (stack.depth() > sets.frames_up) {
      const uint64_t frame = stack.top - (sets.frames_up + 1) * kFrameSize;
      const uint64_t frame_kind = memory.read(frame + kFrameKind, 1);
      rights = static_cast<uint32_t>(memory.read(frame + kFrameGrantRights, 2));
      is_valid = (frame_kind == kCallFrame || frame_kind == kNarrowFrame) && rights != 0;
      entry.space = memory.read32(frame + kFrameGrantSpace);
      space_generation = memory.read32(frame + kFrameGrantGeneration);
    }
  } else {
    const Space& list = is_stack_half ? sets.stack_list : sets.code_list;
    check(index < list.list_length, AsCause::SelectorIndex);
    const uint64_t at = list.list + index * kEntrySize;
    need(at, kEntrySize, 8);
    rights = memory.read32(at + kEntryFlags);
    is_valid = (rights & kValid) != 0;
    entry_kind = memory.read32(at + kEntryKind);
    entry_generation = memory.read32(at + kEntrySlotGeneration);
    entry.space = memory.read32(at + kEntrySpace);
    space_generation = memory.read32(at + kEntrySpaceGeneration);
    entry.gate_index = memory.read32(at + kEntryGate);
  }
  check(is_valid, AsCause::EntryInvalid);
  check(entry_kind == kind, AsCause::EntryKind);
  if (choices.compares_generations) {
    check(entry_generation % (1u << (15 - choices.selector_bits)) == slot_generation, AsCause::SlotGeneration);
  }
  entry.descriptor = living(entry.space, space_generation);
  entry.read = (rights & kRead) != 0;
  entry.write = (rights & kWrite) != 0;
  return entry;
}

// 4.2, second paragraph; Intel SDM volume 3, 4.5 and 4.7
uint64_t Machine::walk(const Entry& entry, uint64_t address, Access access, bool devices) {
  const auto page_fault = [&](uint32_t bits) {
    if (access == Access::Write) bits |= 2;
    if ((state.cs.flags & kPrivileged) == 0) bits |= 4;
    if (access == Access::Fetch) bits |= 16;
    throw Fault{14, bits, address};
  };
  const bool has_io = (memory.read32(entry.descriptor + kSpaceFlags) & kIo) != 0;
  uint64_t table = memory.read64(entry.descriptor + kPageTableRoot);
  bool may_write = true, may_execute = true;
  std::vector<uint64_t> passed;
  uint64_t page = 0;
  for (unsigned shift = 39;; shift -= 9) {
    need(table, 4096, 4096);
    const uint64_t at = table + (address >> shift) % 512 * 8;
    const uint64_t value = memory.read64(at);
    if ((value & 1) == 0) page_fault(0);
    passed.push_back(at);
    may_write = may_write && (value & 2) != 0;
    may_execute = may_execute && value >> 63 == 0;
    const uint64_t points_to = value & 0x000f'ffff'ffff'f000;
    if (shift == 12) {
      page = points_to;
      break;
    }
    if ((value & 0x80) != 0) {
      const uint64_t size = uint64_t{1} << shift;
      const bool is_reserved = shift == 39 || (points_to % size & ~uint64_t{0x1000}) != 0;  // bit 12: PAT
      if (is_reserved) page_fault(1 | 8);
      page = points_to / size * size + address % size / 4096 * 4096;
      break;
    }
    table = points_to;
  }
  if (access == Access::Write && !may_write) page_fault(1);
  if (access == Access::Fetch && !may_execute) page_fault(1);
  const bool is_device = page >= 0x10'0000'0000 && page < 0x10'0001'0000;
  check(memory.holds(page, 4096) || (devices && has_io && is_device), AsCause::Addressing);
  for (const uint64_t at : passed) memory.write(at, 8, memory.read64(at) | 0x20);
  if (access == Access::Write) memory.write(passed.back(), 8, memory.read64(passed.back()) | 0x40);
  return page + address % 4096;
}

// 4.2, data
uint64_t Machine::data(uint64_t address, Access access, const Sets& sets, bool devices) {
  doing_ = {asx::AsOperation::Data, access, address};
  const Entry entry = select(static_cast<uint16_t>(address >> 48), kKindSpace, sets);
  check(access == Access::Write ? entry.write : entry.read, AsCause::Rights);
  return walk(entry, address, access, devices);
}

// 4.2, fetch
uint64_t Machine::fetch(uint64_t address) {
  doing_ = {asx::AsOperation::Fetch, Access::Fetch, address};
  check(address >> 48 == 0, AsCause::FetchSelector);
  Entry entry;
  entry.descriptor = living(state.cs.id, state.cs.generation);
  return walk(entry, address, Access::Fetch, true);
}

MaybeFault Machine::translate(uint64_t address, Access access, uint64_t* physical) {
  return attempt([&] {
    const uint64_t found = access == Access::Fetch ? fetch(address) : data(address, access, sets_now(), true);
    if (physical != nullptr) *physical = found;
  });
}

// 2.5
uint64_t Machine::pool_slot(uint64_t pool, uint32_t index) const {
  check(index != 0 && index <= memory.read32(pool + kPoolSlotCount), AsCause::Addressing);
  const uint64_t slot = pool + kPoolSize + (index - 1) * kSlotSize;
  need(slot, kSlotSize, 8);
  return slot;
}

// 3.2, check 5
void Machine::check_used(uint64_t pool, uint32_t index) const {
  need(pool, kPoolSize, 8);
  const uint64_t slot = pool_slot(pool, index);
  check(memory.read32(slot + kSlotInUse) != 0, AsCause::Addressing);
  check(memory.read32(pool + kPoolFirstFree) <= memory.read32(pool + kPoolSlotCount), AsCause::Addressing);
}

// 4.3, checks 7 to 12; for events 5.2
Machine::Entered Machine::check_gate(uint32_t space, uint64_t descriptor, uint32_t index, bool is_event) const {
  check((memory.read32(descriptor + kSpaceFlags) & kCode) != 0, AsCause::NotCodeSpace);
  check(index < memory.read32(descriptor + kGateCount), AsCause::GateIndex);
  Entered entered;
  entered.space = space;
  entered.descriptor = descriptor;
  entered.gate_index = index;
  const uint64_t gate = entered.gate = memory.read64(descriptor + kGateTable) + index * kGateSize;
  need(gate, kGateSize, 8);
  const uint32_t policy = memory.read32(gate + kGatePolicy);
  check((memory.read32(gate + kGateFlags) & kValid) != 0 && policy <= kThreadPolicy, AsCause::GateInvalid);
  if (!is_event) check((memory.read32(gate + kGateAuthority) & ~state.cs.authority) == 0, AsCause::Authority);
  const Stack stack = stack_of(state.thread);
  if (is_event) {
    check(stack.free() >= 1, AsCause::SecureStackFull);
  } else {
    const uint64_t wanted = uint64_t{1} + memory.read32(gate + kGateMinimumFree);
    check(stack.free_above_reserve() >= wanted, AsCause::SecureStackFull);
  }
  if (policy == kPoolPolicy) {
    const uint64_t pool = memory.read64(gate + kGatePool);
    need(pool, kPoolSize, 8);
    entered.slot = memory.read32(pool + kPoolFirstFree);
    check(entered.slot != 0, AsCause::PoolEmpty);
    entered.slot_address = pool_slot(pool, entered.slot);
    check(memory.read32(entered.slot_address + kSlotInUse) == 0, AsCause::Addressing);
    check(memory.read32(entered.slot_address + kSlotNextFree) <= memory.read32(pool + kPoolSlotCount),
          AsCause::Addressing);
  }
  entered.rip = memory.read64(gate + kGateEntry);
  return entered;
}

}  // namespace oracle
