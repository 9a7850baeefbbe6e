// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/costs/memory_model.h"

#include "isa-ext/model/secure_stack.h"
#include "isa-ext/model/space.h"
#include "isa-ext/model/translate.h"

namespace emu {
namespace {

constexpr unsigned kPageBits = 12;

TlbGeometry geometry_of(const asx::Variant& variant) {
  return {variant.tlb_entries, variant.tlb_ways};
}

/// Prefixes that a string instruction may have, REX included.
bool is_prefix(uint8_t byte) {
  switch (byte) {
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
    case 0x64:
    case 0x65:
    case 0x66:
    case 0x67:
    case 0xf2:
    case 0xf3:
      return true;
    default:
      return (byte & 0xf0) == 0x40;
  }
}

}  // namespace

MemoryModel::MemoryModel(const asx::Variant& variant)
    : variant_(variant),
      is_tagged_(variant.tlb == asx::TlbKind::Tagged),
      instructions_(geometry_of(variant)),
      data_(geometry_of(variant)) {}

void MemoryModel::attach(const asx::CpuState& cpu, const asx::PhysicalMemory& memory) {
  cpu_ = &cpu;
  memory_ = memory;
}

// Look-ups

const asx::LoadedSpace& MemoryModel::list_in_force(asx::Half half) const {
  return asx::list_owner(*cpu_, variant_, half);
}

TlbKey MemoryModel::key_of(uint64_t address) const {
  const uint64_t page = address >> kPageBits;
  if (!is_tagged_) return {page, 0, 0};
  const asx::Selector selector = asx::VirtualAddress{address}.selector();
  const bool is_loaded = selector.index(variant_.selector_bits) == 0;
  const asx::LoadedSpace& owner = is_loaded ? asx::loaded_in(*cpu_, selector.half()) : list_in_force(selector.half());
  return {page, owner.id.value, owner.generation};
}

/// What a miss costs, and the entry it finds. Not valid if the access is about to fault after all.
TlbEntry MemoryModel::walk(const TlbKey& key, asx::Access access) {
  const asx::VirtualAddress address{key.page << kPageBits};
  const bool reads_list = access != asx::Access::Fetch && address.selector().index(variant_.selector_bits) != 0;
  if (reads_list) ++counters_.list_entries;
  const auto translation = asx::translate(*cpu_, memory_, variant_, address, access);
  if (!translation) return {};
  const asx::Translation& found = translation.value();
  counters_.walk_steps += found.walk_steps;
  if (found.is_first_touch) ++counters_.first_touches;  // it has come before the engine
  return {.key = key,
          .frame = found.page.value,
          .target = found.space.value,
          .is_valid = true,
          .allows_store = found.write};
}

void MemoryModel::fetch_page(uint64_t page) {
  if (fetched_.is_valid && fetched_.page == page) return;
  previous_ = fetched_;
  const TlbKey key = key_of(page << kPageBits);
  if (const TlbEntry* const hit = instructions_.find(key)) {
    fetched_ = {page, hit->frame, true};
    return;
  }
  ++counters_.fetch_misses;
  const TlbEntry entry = walk(key, asx::Access::Fetch);
  fetched_ = {page, entry.frame, entry.is_valid};
  if (entry.is_valid) instructions_.insert(entry);
}

void MemoryModel::touch_data(uint64_t address, bool is_store) {
  const TlbKey key = key_of(address);
  const TlbEntry* const hit = data_.find(key);
  if (hit != nullptr && (!is_store || hit->allows_store)) return;
  ++(is_store ? counters_.store_misses : counters_.load_misses);
  const TlbEntry entry = walk(key, is_store ? asx::Access::Write : asx::Access::Read);
  if (entry.is_valid) data_.insert(entry);
}

// Reports

void MemoryModel::fetch(uint64_t address, uint32_t size) {
  fetch_page(address >> kPageBits);
  fetch_page((address + size - 1) >> kPageBits);
}

void MemoryModel::data(const Data& access) {
  if (!access.is_continued) {
    ++(access.is_store ? counters_.stores : counters_.loads);
    if (access.is_store) {
      note_copy(access);
    } else {
      load_ = access;
    }
  }
  touch_data(access.address, access.is_store);
  const uint64_t last = access.address + access.size - 1;
  if (last >> kPageBits != access.address >> kPageBits) touch_data(last, access.is_store);
}

void MemoryModel::spaces_changed() {
  fetched_.is_valid = false;
  if (!is_tagged_) flush();
}

void MemoryModel::space_invalidated(uint64_t space) {
  fetched_.is_valid = false;
  if (!is_tagged_ || space > UINT32_MAX) {
    flush();
    return;
  }
  instructions_.drop_space(static_cast<uint32_t>(space));
  data_.drop_space(static_cast<uint32_t>(space));
}

void MemoryModel::flush() {
  ++counters_.tlb_flushes;
  instructions_.drop_all();
  data_.drop_all();
}

// Access lists

void MemoryModel::examine(asx::Selector selector, const asx::LoadedSpace& owner) {
  const uint32_t index = selector.index(variant_.selector_bits);
  if (index != 0 && index < owner.list_length) ++counters_.list_entries;
}

void MemoryModel::examine_for_caller(asx::Selector selector) {
  const auto stack = asx::SecureStack::open(memory_, cpu_->thread);
  if (!stack || stack.value().top() == nullptr) return;
  const asx::Frame& frame = *stack.value().top();
  const bool is_code = selector.half() == asx::Half::Code;
  const asx::SpaceId id{is_code ? frame.cs_id : frame.ss_id};
  const auto caller =
      asx::find_live_space(*cpu_, memory_, variant_, id, is_code ? frame.cs_generation : frame.ss_generation);
  if (!caller) return;
  const asx::LoadedSpace of_caller = asx::loaded(id, *caller.value());
  examine(selector, asx::list_owner(*cpu_, variant_, selector.half(), of_caller));
}

void MemoryModel::extension(const asx::Instruction& instruction, const asx::Registers& registers) {
  fetch_page((registers.rip + instruction.length - 1) >> kPageBits);
  const uint64_t reg = registers.gpr[instruction.reg];
  const uint64_t rm = registers.gpr[instruction.rm];
  const auto examine_here = [this](uint64_t operand) {
    const asx::Selector selector{static_cast<uint16_t>(operand)};
    examine(selector, list_in_force(selector.half()));
  };
  switch (instruction.mnemonic) {
    case asx::Mnemonic::Gcall:
      examine_here(rm);
      return;
    case asx::Mnemonic::Gcalla:
      examine_here(reg);  // the gate
      examine_here(rm);   // the space that is lent
      return;
    case asx::Mnemonic::Narrow: {
      const asx::Selector stack{static_cast<uint16_t>(reg)};
      if (stack.half() == asx::Half::Stack) examine(stack, list_in_force(asx::Half::Stack));
      return;
    }
    case asx::Mnemonic::Tsel:
      examine_here(asx::VirtualAddress{rm}.selector().value);
      return;
    case asx::Mnemonic::Tselc:
      examine_for_caller(asx::VirtualAddress{rm}.selector());
      return;
    default:
      return;
  }
}

void MemoryModel::system_call() {
  const asx::Selector gate{static_cast<uint16_t>(cpu_->code.syscall_selector)};
  if (cpu_->code.syscall_selector < 0x8000) examine(gate, list_in_force(asx::Half::Code));
}

// String moves

void MemoryModel::note_copy(const Data& store) {
  const bool may_be_move = load_.number == store.number && load_.size == store.size && load_.address != store.address;
  if (may_be_move && is_string_move(store.instruction)) counters_.string_bytes += store.size;
}

bool MemoryModel::is_string_move(uint64_t address) const {
  constexpr unsigned kLongestInstruction = 15;
  for (unsigned i = 0; i < kLongestInstruction; ++i) {
    const uint8_t byte = code_byte(address + i);
    if (!is_prefix(byte)) return byte == 0xa4 || byte == 0xa5;
  }
  return false;
}

uint8_t MemoryModel::code_byte(uint64_t address) const {
  const Fetched& page = address >> kPageBits == fetched_.page ? fetched_ : previous_;
  const auto* byte = memory_.at<const uint8_t>({page.frame + (address & asx::kPageMask)});
  return byte == nullptr ? uint8_t{0} : *byte;
}

}  // namespace emu
