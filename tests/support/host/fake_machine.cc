// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/host/fake_machine.h"

#include <cassert>

#include "isa-ext/model/translate.h"

namespace test {

using asx::PhysicalAddress;
using asx::SpaceId;

void FakeObserver::note(const std::string& what, const Hop& hop) {
  notes.push_back(what + " " + std::to_string(hop.from.value) + ">" + std::to_string(hop.to.value) + " gate " +
                  std::to_string(hop.gate_index));
}

FakeMachine::FakeMachine(const asx::Variant& chosen)
    : ram(kMemory), variant(chosen), machine{cpu, registers, {ram.data(), kMemory}, variant, engine, observer} {
  cpu.space_table = allocate(kSpaces * sizeof(asx::SpaceDescriptor));
  cpu.space_count = kSpaces;
  cpu.vector_table = allocate(asx::kVectorCount * sizeof(asx::VectorEntry));
  cpu.event_mask = 0;
  // every register differs from every other, so that a wrong one shows
  for (unsigned i = 0; i < registers.gpr.size(); ++i) registers.gpr[i] = 0x1111'0000'0000'0000 + i;
  registers.rip = 0x40'1000;
  registers.fs_base = 0xf5'0000;
  registers.gs_base = 0x65'0000;
  registers.rflags = 0x202;
}

PhysicalAddress FakeMachine::allocate(uint64_t bytes) {
  const PhysicalAddress address{free_};
  free_ = (free_ + bytes + asx::kPageMask) & ~asx::kPageMask;
  assert(free_ <= kMemory);
  return address;
}

SpaceId FakeMachine::add_space(uint32_t flags, uint32_t list_length) {
  const SpaceId id{spaces_++};
  assert(id.value < kSpaces);
  asx::SpaceDescriptor& space = descriptor(id);
  space.flags = flags | asx::kSpaceValid;
  space.generation = 100 + id.value;
  space.page_table_root = allocate(asx::kPageSize).value;
  space.list = allocate(list_length * sizeof(asx::AccessListEntry)).value;
  space.list_length = list_length;
  space.gate_table = allocate(kGates * sizeof(asx::Gate)).value;
  space.gate_count = kGates;
  return id;
}

void FakeMachine::grant_space(SpaceId owner, uint32_t index, SpaceId target, uint32_t rights) {
  asx::AccessListEntry& slot = entry(owner, index);
  slot.flags = asx::kEntryValid | rights;
  slot.kind = asx::EntryKind::Space;
  slot.space_id = target.value;
  slot.space_generation = descriptor(target).generation;
}

void FakeMachine::grant_gate(SpaceId owner, uint32_t index, SpaceId target, uint32_t gate_index) {
  grant_space(owner, index, target, 0);
  entry(owner, index).kind = asx::EntryKind::Gate;
  entry(owner, index).gate_index = gate_index;
}

uint64_t& FakeMachine::page_entry(SpaceId space, uint64_t offset, int level) {
  uint64_t table = descriptor(space).page_table_root;
  for (int i = 3;; --i) {
    auto& slot = at<uint64_t>({table + (offset >> (12 + 9 * i) & 511) * sizeof(uint64_t)});
    if (i == level) return slot;
    table = slot & asx::kPteAddressMask;
  }
}

void FakeMachine::map(SpaceId space, uint64_t offset, uint64_t leaf) {
  for (int level = 3; level > 0; --level) {
    uint64_t& slot = page_entry(space, offset, level);
    if (slot == 0) slot = allocate(asx::kPageSize).value | asx::kPtePresent | asx::kPteWrite;
  }
  page_entry(space, offset, 0) = leaf;
}

PhysicalAddress FakeMachine::add_pool(const std::vector<Stack>& stacks) {
  const auto count = static_cast<uint32_t>(stacks.size());
  const PhysicalAddress address = allocate(sizeof(asx::StackPool) + count * sizeof(asx::StackSlot));
  at<asx::StackPool>(address) = {
      .first_free = 1, .slot_count = count, .free_count = count, .reserved0 = 0, .reserved1 = {}};
  for (uint32_t i = 0; i < count; ++i) {
    at<asx::StackSlot>(address + sizeof(asx::StackPool) + i * sizeof(asx::StackSlot)) = {
        .rsp = stacks[i].rsp,
        .fs_base = stacks[i].fs_base,
        .next_free = i + 1 < count ? i + 2 : 0,
        .in_use = 0,
        .software = 0};
  }
  return address;
}

PhysicalAddress FakeMachine::add_thread(SpaceId stack, uint32_t frames, uint32_t reserve) {
  const PhysicalAddress address = allocate(sizeof(asx::ThreadBlock));
  auto& block = at<asx::ThreadBlock>(address);
  block.secure_stack_base = allocate(frames * sizeof(asx::Frame)).value;
  block.secure_stack_top = block.secure_stack_base;
  block.secure_stack_limit = block.secure_stack_base + frames * sizeof(asx::Frame);
  block.reserve_frames = reserve;
  block.ss_id = stack.value;
  block.ss_generation = descriptor(stack).generation;
  return address;
}

void FakeMachine::start(SpaceId code, SpaceId stack, PhysicalAddress thread_address) {
  cpu.code = *asx::load_space(cpu, machine.memory, code);
  cpu.stack = *asx::load_space(cpu, machine.memory, stack);
  cpu.thread = thread_address;
  thread().cs_id = code.value;
  thread().cs_generation = cpu.code.generation;
  thread().ss_id = stack.value;
  thread().ss_generation = cpu.stack.generation;
}

asx::SpaceDescriptor& FakeMachine::descriptor(SpaceId id) {
  return at<asx::SpaceDescriptor>(cpu.space_table + id.value * sizeof(asx::SpaceDescriptor));
}
asx::AccessListEntry& FakeMachine::entry(SpaceId owner, uint32_t index) {
  return at<asx::AccessListEntry>(PhysicalAddress{descriptor(owner).list} + index * sizeof(asx::AccessListEntry));
}
asx::Gate& FakeMachine::gate(SpaceId space, uint32_t index) {
  return at<asx::Gate>(PhysicalAddress{descriptor(space).gate_table} + index * sizeof(asx::Gate));
}
asx::VectorEntry& FakeMachine::vector_entry(uint32_t vector) {
  return at<asx::VectorEntry>(cpu.vector_table + vector * sizeof(asx::VectorEntry));
}
asx::ThreadBlock& FakeMachine::thread() {
  return at<asx::ThreadBlock>(cpu.thread);
}
asx::Frame& FakeMachine::frame(uint64_t index) {
  return at<asx::Frame>(PhysicalAddress{thread().secure_stack_base} + index * sizeof(asx::Frame));
}
uint64_t FakeMachine::depth() {
  return (thread().secure_stack_top - thread().secure_stack_base) / sizeof(asx::Frame);
}

asx::MaybeFault FakeMachine::run(asx::Mnemonic mnemonic, uint8_t reg, uint8_t rm) {
  const asx::Encoding encoding = asx::encode({mnemonic, reg, rm, 0});
  return asx::execute(machine, {mnemonic, reg, rm, encoding.length});
}

FakeMachine::Snapshot FakeMachine::snapshot() const {
  return {ram, registers, cpu, engine.translation_changes, engine.timer_changes};
}

}  // namespace test
