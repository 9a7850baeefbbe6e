// SPDX-License-Identifier: GPL-2.0-or-later
// Code in access-register and segment mode runs from copies (rewriter.h), each instruction a block of its own.
//
// While it does so the engine's RIP lies in the copies; guest_rip and engine_rip lead from the one to the other.
// Nothing else is different: the block hook counts, the TLB-fill hook translates, exceptions are delivered.
#include <algorithm>
#include <cstring>

#include "emu/engine/unicorn_engine.h"

namespace emu {
namespace {

/// From here on a guest's RIP has no copy: it lies far beyond what can be fetched. Such an RIP is kept aside, and the
/// engine is sent to the copy of this one.
constexpr uint64_t kUnreachable = uint64_t{1} << 58;

constexpr uint64_t kTrapFlag = 1u << 8;

uint64_t code_address_of(uint64_t copy) {
  return (copy - kCopies) / kSlotSize;
}

}  // namespace

bool UnicornEngine::prepare_copies() {
  if (options_.variant.operand == asx::OperandStyle::Tagged) return true;
  copies_ = RewrittenCode::create();
  if (!copies_) return false;
  rewriter_.emplace(decoder_, asx::offered_mode(options_.variant));
  executor_.emplace(engine_.get(), cpu_);
  return uc_mem_map_ptr(engine_.get(), RewrittenCode::kPhysicalStart, copies_->size(), UC_PROT_ALL,
                        copies_->memory()) == UC_ERR_OK;
}

uint64_t UnicornEngine::engine_rip(uint64_t rip) const {
  if (!runs_copies_) return rip;
  return copy_of(rip < kUnreachable ? rip : kUnreachable);
}

uint64_t UnicornEngine::guest_rip(uint64_t rip) const {
  if (!runs_copies_) return rip;
  const uint64_t address = code_address_of(rip);
  if (address >= kUnreachable) return unreachable_rip_;
  const uint64_t offset = rip % kSlotSize;
  if (offset == 0) return address;
  const RewrittenCode::Page& page = copies_->mapped(address);
  const Slot& slot = page.slots[address - page.address];
  if (offset >= slot.taken_at) return slot.target;
  return offset >= slot.done_at ? address + slot.length : address;
}

// Fetching

bool UnicornEngine::fill_copy(uint64_t page, uc_tlb_entry& entry) {
  const uint64_t address = code_address_of(page);
  const uint64_t source = (address < kUnreachable ? address : unreachable_rip_) & ~asx::kPageMask;
  const auto translation = translate(source, asx::Access::Fetch);
  if (!translation)
    return refuse_fill({.fault = translation.fault(), .access = asx::Access::Fetch, .page = source, .drop = {}});
  const asx::PhysicalAddress physical = translation.value().page;
  if (!admit_fetch(source, physical)) return false;
  RewrittenCode::Page* copies = copies_->find(address, physical, code_pages_.version(physical));
  if (copies == nullptr) copies = write_copies(address, physical);
  if (copies == nullptr) {
    return refuse_fill({.fault = {}, .access = asx::Access::Fetch, .page = source, .drop = {}, .is_full = true});
  }
  copies_->map(address, copies);
  entry.paddr = copies->copies.value;
  entry.perms = UC_PROT_EXEC;
  return true;
}

RewrittenCode::Page* UnicornEngine::write_copies(uint64_t address, asx::PhysicalAddress physical) {
  RewrittenCode::Page key;
  key.address = address;
  key.source = physical;
  key.version = code_pages_.version(physical);
  std::array<uint8_t, RewrittenCode::kSlotsOfPage + kMaximumX86Length - 1> buffer;
  const uint64_t rest = asx::kPageSize - (address & asx::kPageMask);
  const size_t here = std::min<size_t>(buffer.size(), rest);
  std::memcpy(buffer.data(), memory_.at<uint8_t>(physical + (address & asx::kPageMask)), here);
  size_t size = here;
  if (here < buffer.size()) {
    key.behind = fetch_page(address + here);
    if (key.behind) {
      key.behind_version = code_pages_.version(*key.behind);
      std::memcpy(buffer.data() + here, memory_.at<uint8_t>(*key.behind), buffer.size() - here);
      size = buffer.size();
    }
  }
  return copies_->write(key, {buffer.data(), size}, *rewriter_);
}

// Running

void UnicornEngine::begin_copy(Block block) {
  const uint64_t address = code_address_of(block.address);
  const auto offset = static_cast<uint8_t>(block.address % kSlotSize);
  if (offset != 0) {
    follow(executor_->go_on(offset));
    return;
  }
  executor_->finish();
  if (clock_.is_due()) {
    if (stop_ == Stop::None) stop_ = Stop::Boundary;
    stop_before(block);
    return;
  }
  RewrittenCode::Page& page = copies_->mapped(address);
  Slot& slot = page.slots[address - page.address];
  if (!slot.has_run) {
    slot.has_run = true;
    // The engine must not have read on beyond the instruction, or else it knows it in another way than the
    // disassembler: then it is none. (It reads less of one that is refused by its first bytes.)
    const bool is_as_written = block.size == slot.block_length || block.size <= slot.text_length;
    const bool has_text = slot.text_length != 0;
    if (has_text && !is_as_written) {
      slot.kind = Slot::Kind::Refused;
      slot.vector = asx::kVectorInvalidOpcode;
    }
    constexpr uint32_t kInstructions = 6;  // in a slot, at most
    static_cast<void>(
        translation_budget_.add(page.copies.value + address % RewrittenCode::kSlotsOfPage, kInstructions));
    if (translation_budget_.is_exhausted()) clock_.stop();
  }
  if (slot.kind == Slot::Kind::Refused) {
    special_ = {address, slot.vector};
    stop_ = Stop::Special;
  } else if (slot.kind == Slot::Kind::Cut || (slot.crosses_page && !may_run(page, slot, address))) {
    stop_ = Stop::Rewrite;
  } else {
    clock_.count(1);
    copied_instruction_.address = address;
    copied_instruction_.size = slot.length;
    copied_instruction_.instructions = 1;
    last_block_ = &copied_instruction_;
    if (accesses_ != nullptr) accesses_->instruction(address, slot.length);
    follow(executor_->begin(slot, address));
    return;
  }
  stop_before(block);
}

/// Of an instruction that goes on in the next page: whether that page is still the one it was copied from.
bool UnicornEngine::may_run(const RewrittenCode::Page& page, const Slot& slot, uint64_t address) {
  const auto behind = fetch_page((address + slot.length - 1) & ~asx::kPageMask);
  return behind && behind == page.behind && code_pages_.version(*behind) == page.behind_version && may_execute(*behind);
}

void UnicornEngine::follow(OperandExecutor::Next next) {
  using Where = OperandExecutor::Next::Where;
  if (next.where == Where::Here) return;
  uint64_t rip = next.address;
  if (next.where == Where::Guest) {
    uint64_t flags = 0;
    uc_reg_read(engine_.get(), UC_X86_REG_RFLAGS, &flags);
    if ((flags & kTrapFlag) != 0) {  // the single step that the engine does not see
      load_registers();
      registers_.rip = next.address;
      deliver({asx::kVectorDebug, 0, {}});
      leave_hook(0);
      return;
    }
    unreachable_rip_ = next.address;
    rip = engine_rip(next.address);
  }
  uc_reg_write(engine_.get(), UC_X86_REG_RIP, &rip);
}

/// The instruction at RIP goes on in a page that could not be fetched when it was copied, or is another one now.
void UnicornEngine::handle_rewrite() {
  load_registers();
  const uint64_t address = registers_.rip;
  RewrittenCode::Page& page = copies_->mapped(address & ~(RewrittenCode::kSlotsOfPage - 1));
  const uint64_t behind = (address & ~asx::kPageMask) + asx::kPageSize;
  const auto translation = translate(behind, asx::Access::Fetch);
  if (!translation) {
    deliver(translation.fault());
  } else if (!may_execute(translation.value().page)) {
    drop_code(behind, translation.value().page);
  } else {
    copies_->forget(page);
    flush_tlb();
  }
  store_registers(0);
}

uint64_t UnicornEngine::fault_address_in_copy() const {
  const bool is_write = refusal_->access == asx::Access::Write;
  for (const OperandExecutor::Access& access : executor_->accesses()) {
    const bool fits = (access.address & ~asx::kPageMask) == refusal_->page;
    if (fits && (is_write ? access.writes : access.reads)) return access.address;
  }
  return refusal_->page;
}

}  // namespace emu
