// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/emu/world.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace test {
namespace {

emu::GuestMemory make_memory() {
  auto memory = emu::GuestMemory::create(World::kMemory);
  if (!memory) throw std::runtime_error(memory.error());
  return std::move(memory.value());
}

/// Looks away.
struct Nobody : emu::AccessObserver {
  void fetch(uint64_t, uint32_t) override {}
  void extension(const asx::Instruction&, const asx::Registers&) override {}
  void system_call() override {}
  void data(const Data&) override {}
  void spaces_changed() override {}
  void space_invalidated(uint64_t) override {}
};

/// With REPORT_ACCESSES in the environment every test's engine reports its accesses, which must change nothing.
emu::EngineOptions completed(emu::EngineOptions options) {
  static Nobody nobody;
  if (options.accesses == nullptr && std::getenv("REPORT_ACCESSES") != nullptr) options.accesses = &nobody;
  return options;
}

}  // namespace

World::World(emu::EngineOptions options) : memory(make_memory()), model_memory(memory.base(), memory.size()) {
  auto created = emu::create_engine(completed(options), memory, bus, observer);
  if (!created) throw std::runtime_error(created.error());
  engine = std::move(created.value());

  space_table_ = pages(1);
  vector_table_ = pages(1);
  const uint32_t flags = asx::kSpaceValid | asx::kSpaceCode | asx::kSpaceStack | asx::kSpacePrivileged | asx::kSpaceIo;
  const asx::SpaceId kernel = space(flags, "kernel");
  // mov rax, bell; mov [rax], eax; jmp to the next instruction, which begins a block; gret
  put(kernel, kHandler, Code().set(asx::kRax, kBell).raw({0x89, 0x00, 0xeb, 0x00}).asx(asx::Mnemonic::Gret));
  map(kernel, kBell, {asx::kPowerBase}, kData);
  bus.attach(asx::kPowerBase, bell);
  map_new(kernel, kKernelStack, 4, kData);
  gate(kernel, 0).entry = kHandler;
  gate(kernel, 0).stack_policy = asx::StackPolicy::Thread;
  gate(kernel, 0).event_mask = ~uint32_t{0};
  for (uint32_t i = 0; i < asx::kVectorCount; ++i) {
    at<asx::VectorEntry>(vector_table_ + i * sizeof(asx::VectorEntry)) = {1, kernel.value, 1, 0};
  }
  set_thread(64);
}

asx::PhysicalAddress World::pages(uint64_t count) {
  const asx::PhysicalAddress start{free_};
  free_ += count * asx::kPageSize;
  if (free_ > kMemory) throw std::runtime_error("the test world is full");
  return start;
}

asx::SpaceId World::space(uint32_t flags, const char* name) {
  const asx::SpaceId id{spaces_++};
  asx::SpaceDescriptor& space = descriptor(id);
  space.flags = flags | asx::kSpaceValid;
  space.generation = 1;
  space.page_table_root = pages(1).value;
  space.list = pages(1).value;
  space.list_length = kListLength;
  space.gate_count = kGates;
  space.gate_table = pages(1).value;
  space.authority = ~uint32_t{0};
  std::strncpy(space.name, name, sizeof space.name - 1);
  return id;
}

asx::SpaceDescriptor& World::descriptor(asx::SpaceId id) {
  return at<asx::SpaceDescriptor>(space_table_ + id.value * sizeof(asx::SpaceDescriptor));
}

uint64_t& World::page_entry(asx::SpaceId space, uint64_t offset) {
  asx::PhysicalAddress table{descriptor(space).page_table_root};
  for (int level = 3; level > 0; --level) {
    auto& entry = at<uint64_t>(table + (offset >> (12 + 9 * level) & 0x1ff) * 8);
    if ((entry & asx::kPtePresent) == 0) entry = pages(1).value | asx::kPtePresent | asx::kPteWrite;
    table = {entry & asx::kPteAddressMask};
  }
  return at<uint64_t>(table + (offset >> 12 & 0x1ff) * 8);
}

void World::map(asx::SpaceId space, uint64_t offset, asx::PhysicalAddress physical, uint64_t flags) {
  page_entry(space, offset) = physical.value | flags | asx::kPtePresent;
}

asx::PhysicalAddress World::map_new(asx::SpaceId space, uint64_t offset, uint64_t count, uint64_t flags) {
  const asx::PhysicalAddress physical = pages(count);
  for (uint64_t i = 0; i < count; ++i) map(space, offset + i * asx::kPageSize, physical + i * asx::kPageSize, flags);
  return physical;
}

asx::PhysicalAddress World::put(asx::SpaceId space, uint64_t offset, const Code& code, uint64_t flags) {
  const uint64_t in_page = offset & asx::kPageMask;
  const uint64_t count = (in_page + code.bytes().size() + asx::kPageMask) / asx::kPageSize;
  const asx::PhysicalAddress physical = map_new(space, offset - in_page, count, flags);
  write(physical + in_page, code);
  return physical + in_page;
}

void World::write(asx::PhysicalAddress address, const Code& code) {
  const std::span<const uint8_t> bytes(code.bytes());
  std::ranges::copy(std::as_bytes(bytes), memory.range(address.value, bytes.size()).begin());
}

void World::grant_space(asx::SpaceId owner, uint32_t slot, asx::SpaceId target, uint32_t rights) {
  at<asx::AccessListEntry>(asx::PhysicalAddress{descriptor(owner).list} + (slot & 0x7fff) * 32) = {
      asx::kEntryValid | rights, asx::EntryKind::Space, 0, target.value, descriptor(target).generation, 0, 0};
}

void World::grant_gate(asx::SpaceId owner, uint32_t slot, asx::SpaceId target, uint32_t gate) {
  at<asx::AccessListEntry>(asx::PhysicalAddress{descriptor(owner).list} + (slot & 0x7fff) * 32) = {
      asx::kEntryValid, asx::EntryKind::Gate, 0, target.value, descriptor(target).generation, gate, 0};
}

asx::Gate& World::gate(asx::SpaceId space, uint32_t index) {
  asx::Gate& gate = at<asx::Gate>(asx::PhysicalAddress{descriptor(space).gate_table} + index * sizeof(asx::Gate));
  gate.flags = asx::kGateValid;
  return gate;
}

void World::set_thread(uint32_t frames) {
  thread_ = pages(1);
  const uint64_t size = frames * sizeof(asx::Frame);
  const asx::PhysicalAddress base = pages((size + asx::kPageMask) / asx::kPageSize);
  asx::ThreadBlock& block = thread();
  block.secure_stack_base = block.secure_stack_top = base.value;
  block.secure_stack_limit = base.value + size;
  block.kernel_rsp = kKernelStack + 4 * asx::kPageSize;
}

asx::ThreadBlock& World::thread() {
  return at<asx::ThreadBlock>(thread_);
}

const asx::Frame& World::top_frame() {
  const uint64_t top = thread().secure_stack_top;
  if (top == thread().secure_stack_base) throw std::runtime_error("the secure stack is empty");
  return at<asx::Frame>({top - sizeof(asx::Frame)});
}

void World::start(asx::SpaceId code, uint64_t rip) {
  map_new(code, kStack, 4, kData);
  asx::CpuState& cpu = engine->cpu();
  cpu = {};
  cpu.space_table = space_table_;
  cpu.space_count = kSpaces;
  cpu.vector_table = vector_table_;
  cpu.thread = thread_;
  descriptor(code).flags |= asx::kSpaceStack;
  if (!asx::load_initial_space(cpu, model_memory, code)) throw std::runtime_error("no space to start in");
  thread().cs_id = thread().ss_id = code.value;
  thread().cs_generation = thread().ss_generation = 1;
  asx::Registers registers;
  registers.rip = rip;
  registers.gpr[asx::kRsp] = kStackTop;
  engine->set_registers(registers);
}

emu::EngineStop World::run() {
  for (;;) {
    const emu::EngineStop stop = engine->run();
    if (stop.reason != emu::StopReason::Slice) return stop;
  }
}

asx::Frame World::run_to_event() {
  const emu::EngineStop stop = run();
  if (stop.reason != emu::StopReason::Attention) throw std::runtime_error("no event: " + stop.detail);
  bus.clear_attention();
  const bool in_handler = engine->cpu().code.id == kKernel && engine->registers().rip == kHandler + 14;
  if (!in_handler || top_frame().kind != asx::FrameKind::Event) throw std::runtime_error("stopped outside the handler");
  return top_frame();
}

}  // namespace test
