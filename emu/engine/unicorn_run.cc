// SPDX-License-Identifier: GPL-2.0-or-later
// The run loop: what is done between two entries of the engine.
#include "emu/engine/describe.h"
#include "emu/engine/unicorn_engine.h"

namespace emu {
namespace {

constexpr uint64_t kSlice = 4'000'000;  // instructions between two looks at the host
constexpr uint64_t kRealtimeSlice = 200'000;
constexpr unsigned kMaximumIdleEntries = 4;

}  // namespace

EngineStop UnicornEngine::run(uint64_t turn) {
  const uint64_t now = clock_.now();
  turn_end_ = turn < InstructionClock::kNever - now ? now + turn : InstructionClock::kNever;
  if (state_changed_) {
    load_registers();
    store_registers(0);  // where the engine stands depends on the operand mode
    update_view();
    flush_tlb();
    state_changed_ = false;
  }
  for (;;) {
    if (auto stop = before_entry()) return *stop;
    enter();
    switch (stop_) {
      case Stop::Waiting:
        return {StopReason::Waiting, {}};
      case Stop::MachineCheck:
        return {StopReason::MachineCheck, machine_check_};
      case Stop::Special:
        handle_special();
        break;
      case Stop::Rewrite:
        handle_rewrite();
        break;
      case Stop::None:
      case Stop::Boundary:
        break;
    }
    if (stop_ == Stop::MachineCheck) return {StopReason::MachineCheck, machine_check_};
  }
}

std::optional<EngineStop> UnicornEngine::before_entry() {
  if (epoch_must_end_) {
    epoch_must_end_ = false;
    flush_wanted_ = true;
  }
  if (flush_wanted_) flush_tlb();
  if (translation_budget_.is_exhausted()) flush_translations();
  if (options_.limit != 0 && clock_.now() >= options_.limit) return EngineStop{StopReason::Limit, {}};
  if (bus_.wants_attention()) return EngineStop{StopReason::Attention, {}};
  if (clock_.now() >= next_slice_) {
    next_slice_ = clock_.now() + (options_.realtime ? kRealtimeSlice : kSlice);
    return EngineStop{StopReason::Slice, {}};
  }
  if (clock_.now() >= turn_end_) return EngineStop{StopReason::TurnOver, {}};
  update_timer();
  if (const auto line = asx::interrupt_to_take(cpu_); line && !has_just_returned()) {
    exit_.reset();
    stop_ = Stop::None;
    load_registers();
    deliver({asx::kVectorInterrupt + *line, 0, {}});
    if (stop_ == Stop::MachineCheck) return EngineStop{StopReason::MachineCheck, machine_check_};
    store_registers(0);
    if (flush_wanted_) flush_tlb();
  }
  update_deadline();
  return std::nullopt;
}

void UnicornEngine::enter() {
  refusal_.reset();
  stop_ = Stop::None;
  uc_engine* engine = engine_.get();
  const uint64_t rip = unicorn_registers_->rip();
  const uint64_t instructions_before = clock_.now();
  if (exit_) {
    drop_block(rip);  // one that goes on past the exit may exist already
    uc_ctl_set_exits(engine, &*exit_, size_t{1});
  }
  ++counts_.engine_entries;
  const uc_err error = uc_emu_start(engine, rip, 0, 0, 0);
  if (exit_) {
    uint64_t none = 0;
    uc_ctl_set_exits(engine, &none, size_t{0});
    exit_.reset();
    idle_entries_ = 0;
  }
  handle_return(error, rip, instructions_before);
}

void UnicornEngine::handle_return(uc_err error, uint64_t rip_before, uint64_t instructions_before) {
  if (error != UC_ERR_OK) {
    if (refusal_) {
      handle_refusal();
    } else {
      machine_check_ = std::string("the engine stopped with an error of its own (") + uc_strerror(error) + ") at RIP " +
                       hex(guest_rip(unicorn_registers_->rip()));
      stop_ = Stop::MachineCheck;
    }
    return;
  }
  // A return for no known reason and without progress: a translation that holds an exit of an earlier entry.
  const bool made_progress = stop_ != Stop::None || clock_.now() != instructions_before;
  if (made_progress) {
    idle_entries_ = 0;
    return;
  }
  drop_block(rip_before);
  if (++idle_entries_ == kMaximumIdleEntries - 1) flush_translations();
  if (idle_entries_ < kMaximumIdleEntries) return;
  machine_check_ = "the engine makes no progress at RIP " + hex(guest_rip(rip_before));
  stop_ = Stop::MachineCheck;
}

void UnicornEngine::handle_refusal() {
  if (refusal_->drop) {
    drop_code(refusal_->page, *refusal_->drop);
    return;
  }
  if (refusal_->is_full) {
    flush_translations();
    return;
  }
  load_registers();
  if (refusal_->wants_flush) {
    uncount_from(registers_.rip);
    flush_tlb();
  } else if (refusal_->access == asx::Access::Fetch) {
    handle_fetch_fault();
  } else {
    const uint64_t rip = registers_.rip;
    uncount_from(rip);
    refusal_->fault.address.value = data_fault_address();
    deliver(refusal_->fault);
  }
  store_registers(0);
}

uint64_t UnicornEngine::data_fault_address() {
  if (runs_copies_ && !executor_->accesses().empty()) return fault_address_in_copy();
  std::array<uint8_t, kMaximumX86Length> code;
  const size_t size = fetch_code(registers_.rip, code);
  return decoder_.address_in_page({code.data(), size}, registers_, refusal_->page, refusal_->access);
}

/// The engine translates whole blocks, so it asks for a block's second page before the first instruction runs. Then
/// the instructions that lie wholly in the first page have yet to be executed.
void UnicornEngine::handle_fetch_fault() {
  const uint64_t rip = registers_.rip;
  const bool is_in_page = (rip & ~asx::kPageMask) == refusal_->page;
  if (!is_in_page) {
    std::array<uint8_t, asx::kPageSize> buffer;
    const std::span<uint8_t> rest(buffer.data(), asx::kPageSize - (rip & asx::kPageMask));
    const size_t whole = decoder_.whole_instructions({buffer.data(), fetch_code(rip, rest)});
    if (whole != 0) {
      exit_ = rip + whole;
      return;
    }
  }
  refusal_->fault.address.value = is_in_page ? rip : refusal_->page;
  deliver(refusal_->fault);
}

void UnicornEngine::handle_special() {
  load_registers();
  if (registers_.rip != special_.address) {
    exit_ = special_.address;  // first what comes before it
    return;
  }
  deliver({special_.vector, 0, {}});
  store_registers(0);
}

void UnicornEngine::drop_code(uint64_t page, asx::PhysicalAddress physical) {
  flush_tlb();
  if (!code_pages_.is_stale(physical)) return;
  dropping_ = true;
  uc_ctl_remove_cache(engine_.get(), page, page + asx::kPageSize);
  dropping_ = false;
  code_pages_.dropped(physical);
  code_view_.changed_all();
  update_view();
  flush_tlb();  // what the look-up has put there was not recorded
}

void UnicornEngine::drop_block(uint64_t address) {
  dropping_ = true;
  uc_ctl_remove_cache(engine_.get(), address, address + 1);
  dropping_ = false;
  flush_tlb();
}

void UnicornEngine::flush_translations() {
  uc_ctl_flush_tb(engine_.get());
  code_pages_.dropped_all();
  if (copies_) {
    executor_->finish();
    copies_->clear();
    flush_tlb();
  }
  translation_budget_.reset();
  special_blocks_.clear();
  ++counts_.translation_flushes;
}

}  // namespace emu
