// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/conformance/image.h"

namespace conformance {
namespace {

constexpr uint64_t kTableFlags = asx::kPtePresent | asx::kPteWrite;
constexpr uint64_t kDataFlags = asx::kPtePresent | asx::kPteWrite | asx::kPteNoExecute;
constexpr uint64_t kTouched = asx::kPteAccessed | asx::kPteDirty;

void add_space(Image& image, uint32_t id, uint32_t flags) {
  asx::SpaceDescriptor space{};
  space.flags = flags | asx::kSpaceValid;
  space.generation = 100 + id;
  space.page_table_root = table_of(id);
  space.list = list_of(id);
  space.list_length = kListLength;
  space.gate_count = kGates;
  space.gate_table = gates_of(id);
  space.syscall_selector = kServiceGate;
  space.authority = 1;
  image.put(descriptor_at(id), space);

  const auto leaf = [&](uint64_t index, uint64_t value) { image.put(table_of(id) + 8 * index, value); };
  for (const unsigned index : {0, 1, 2}) leaf(index, table_of(id) | kTableFlags);
  leaf(kCodeLeaf, code_of(id) | asx::kPtePresent);
  leaf(code_of(id) >> 12, code_of(id) | kTableFlags);
  leaf(kDataLeaf, data_of(id) | kDataFlags);
  leaf(data_of(id) >> 12, data_of(id) | kDataFlags);
  leaf(kStackLeaf, kStackPages | kDataFlags);
  image.code(id, 0xf00, Bytes().undefined().bytes);
  for (uint32_t i = 0; i < kGates; ++i) {
    asx::Gate gate{};
    gate.flags = asx::kGateValid;
    gate.stack_policy = asx::StackPolicy::Keep;
    gate.entry = kCallee + 32 * i;
    gate.parameter = 0x6a7e'0000 + 16 * id + i;
    gate.pool = kPool;
    image.put(gate_at(id, i), gate);
    image.code(id, 0x800 + 32 * i, Bytes().undefined().bytes);
  }
  for (uint64_t i = 0; i < 0x1000; i += 8) image.put(data_of(id) + i, uint64_t{id} << 32 | i);
}

void add_thread(Image& image, uint64_t at, uint64_t frames, uint32_t count) {
  asx::ThreadBlock thread{};
  thread.secure_stack_base = thread.secure_stack_top = frames;
  thread.secure_stack_limit = frames + count * sizeof(asx::Frame);
  thread.reserve_frames = 2;
  thread.cs_id = kProgram;
  thread.cs_generation = 100 + kProgram;
  thread.ss_id = thread.stack_list_id = kStack;
  thread.ss_generation = thread.stack_list_generation = 100 + kStack;
  thread.code_list_id = kProgram;
  thread.code_list_generation = 100 + kProgram;
  thread.kernel_rsp = kStackTop + 0x400;
  thread.kernel_fs_base = 0xf5'0000;
  image.put(at, thread);
}

void add_pool(Image& image) {
  asx::StackPool pool{};
  pool.first_free = 1;
  pool.slot_count = pool.free_count = kPoolSlots;
  image.put(kPool, pool);
  for (uint32_t i = 0; i < kPoolSlots; ++i) {
    asx::StackSlot slot{};
    slot.rsp = kStackPage + 0x200 * (i + 1);
    slot.fs_base = 0xf6'0000 + i;
    slot.next_free = (i + 2) % (kPoolSlots + 1);
    image.put(kPool + 32 + 32 * i, slot);
  }
}

/// Rings the bell; when the machine goes on, drops all translations and returns.
void add_kernel_code(Image& image) {
  Bytes handler;
  handler.set(asx::kRax, page(kBellLeaf)).raw({0x89, 0x00, 0xeb, 0x00});
  handler.set(asx::kRcx, ~uint64_t{0}).asx(asx::Mnemonic::Invspace, 0, asx::kRcx).asx(asx::Mnemonic::Gret);
  image.code(kKernel, 0, handler.bytes);
  const uint64_t table = table_of(kKernel);
  image.put(table + 8 * kBellLeaf, asx::kPowerBase | kDataFlags | kTouched);
  for (const uint64_t index : {uint64_t{0}, uint64_t{1}, uint64_t{2}, kCodeLeaf}) {
    image.alter<uint64_t>(table + 8 * index, [](uint64_t& entry) { entry |= asx::kPteAccessed; });
  }
  image.alter<asx::Gate>(gate_at(kKernel, 0), [](asx::Gate& gate) {
    gate.entry = kHandler;
    gate.stack_policy = asx::StackPolicy::Thread;
    gate.event_mask = ~uint32_t{0};
  });
  for (uint32_t i = 0; i < asx::kVectorCount; ++i) {
    image.put(kVectorTable + 16 * i, asx::VectorEntry{1, kKernel, 100 + kKernel, 0});
  }
}

}  // namespace

Image::Image() : ram(kMemory) {
  constexpr uint32_t kCodeSpace = asx::kSpaceCode, kStackSpace = asx::kSpaceStack;
  add_space(*this, kKernel, kCodeSpace | kStackSpace | asx::kSpacePrivileged | asx::kSpaceIo);
  add_space(*this, kProgram, kCodeSpace);
  add_space(*this, kService, kCodeSpace);
  add_space(*this, kStack, kStackSpace);
  add_space(*this, kNarrowStack, kStackSpace);
  add_space(*this, kData, 0);
  add_space(*this, kTarget, kCodeSpace);
  add_space(*this, kTargetStack, kStackSpace);
  for (uint32_t owner = 1; owner <= kSpaces; ++owner) {
    for (uint32_t index = 1; index < kListLength; ++index) {
      grant_space(owner, index, kData, asx::kEntryRead | asx::kEntryWrite);
    }
    grant_gate(owner, kServiceGate, kService, 0);
    grant_gate(owner, kKernelGate, kKernel, 1);
    grant_space(owner, kNarrowSlot, kNarrowStack, asx::kEntryRead | asx::kEntryWrite);
    grant_gate(owner, kTargetGate, kTarget, 1);
  }
  add_thread(*this, kThread, kFrames, kFrameCount);
  add_thread(*this, kOtherThread, kOtherFrames, kOtherFrameCount);
  add_pool(*this);
  add_kernel_code(*this);
  for (unsigned i = 0; i < gpr.size(); ++i) gpr[i] = 0x1111'0000'0000'0000 + i;
  gpr[asx::kRsp] = kStackTop;
}

void Image::grant_space(uint32_t owner, uint32_t index, uint32_t target, uint32_t rights) {
  const auto generation = get<asx::SpaceDescriptor>(descriptor_at(target)).generation;
  put(entry_at(owner, index), asx::AccessListEntry{asx::kEntryValid | rights, asx::EntryKind::Space, 0, target,
                                                   generation == 0 ? 100 + target : generation, 0, 0});
}

void Image::grant_gate(uint32_t owner, uint32_t index, uint32_t target, uint32_t gate) {
  grant_space(owner, index, target, 0);
  alter<asx::AccessListEntry>(entry_at(owner, index), [&](asx::AccessListEntry& entry) {
    entry.kind = asx::EntryKind::Gate;
    entry.gate_index = gate;
  });
}

void Image::code(uint32_t id, uint64_t offset, const std::vector<uint8_t>& bytes) {
  std::memcpy(ram.data() + code_of(id) + offset, bytes.data(), bytes.size());
}

Bytes& Bytes::raw(std::initializer_list<int> more) {
  for (const int byte : more) bytes.push_back(static_cast<uint8_t>(byte));
  return *this;
}

Bytes& Bytes::set(unsigned reg, uint64_t value) {
  raw({reg >= 8 ? 0x49 : 0x48, static_cast<int>(0xb8 | (reg & 7))});
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
  return *this;
}

Bytes& Bytes::asx(asx::Mnemonic mnemonic, unsigned reg, unsigned rm) {
  const asx::Encoding code = asx::encode({mnemonic, static_cast<uint8_t>(reg), static_cast<uint8_t>(rm), 0});
  for (const uint8_t byte : code.span()) bytes.push_back(byte);
  return *this;
}

}  // namespace conformance
