// SPDX-License-Identifier: GPL-2.0-or-later
// Counting instructions, and the clock made of them.
//
// A block is counted when it begins. If an exception leaves it early, the instructions that did not complete are
// taken back. The count of a block is asked for once and cached (block_counts.h).
#include <algorithm>
#include <vector>

#include "emu/engine/unicorn_engine.h"

namespace emu {
namespace {

constexpr uint64_t kRealtimeCheck = 20'000;  // instructions between two looks at the host's clock

uint64_t mix(uint64_t value) {
  value *= 0x9e3779b97f4a7c15u;
  return value ^ value >> 29;
}

}  // namespace

uint64_t UnicornEngine::name_of(Block block) {
  const uint64_t page = block.address & ~asx::kPageMask;
  const auto physical = fetch_page(page);
  if (!physical) return mix(block.address);
  const uint64_t where = physical->value | code_pages_.version(*physical) << 20;
  return mix(mix(block.address) ^ mix(where ^ uint64_t{block.size} << 48));
}

void UnicornEngine::begin_block(Block block) {
  if (runs_copies_) {
    begin_copy(block);
    return;
  }
  if (clock_.is_due()) {
    if (stop_ == Stop::None) stop_ = Stop::Boundary;
    stop_before(block);
    return;
  }
  const BlockCounts::Entry* const entry = count_block(block);
  if (entry == nullptr) {
    stop_ = Stop::Special;
    stop_before(block);
    return;
  }
  clock_.count(entry->count());
  last_block_ = entry;
}

/// With a hook for instructions the engine leaves RIP where it last wrote it, instead of at the block.
void UnicornEngine::stop_before(Block block) {
  if (accesses_ != nullptr) uc_reg_write(engine_.get(), UC_X86_REG_RIP, &block.address);
  uc_emu_stop(engine_.get());
}

const BlockCounts::Entry* UnicornEngine::count_block(Block block) {
  if (setting_up_) return &no_block_;
  // First, for if the engine cannot look the block up it leaves this function by a long jump.
  uc_tb translated{};
  const bool is_translated = uc_ctl_request_cache(engine_.get(), block.address, &translated) == UC_ERR_OK;

  std::array<uint8_t, 2 * asx::kPageSize> buffer;
  const auto code = [&] {
    const size_t size = std::min<size_t>(block.size, buffer.size());
    return std::span<const uint8_t>(buffer.data(), fetch_code(block.address, {buffer.data(), size}));
  };
  const uint32_t counted = is_translated ? translated.icount : decoder_.count(code());
  const uint64_t name = name_of(block);

  const bool is_new = translation_budget_.add(name, counted);
  if (translation_budget_.is_exhausted()) clock_.stop();
  const bool may_be_special = is_new || special_blocks_.contains(name);
  if (may_be_special) {
    if (const auto refused = decoder_.find_refused(code())) {
      special_blocks_.insert(name);
      special_ = {block.address + refused->offset, refused->vector};
      return nullptr;
    }
  }
  const bool ends_at_exit = exit_ && block.address + block.size == *exit_;
  if (ends_at_exit) {  // the engine counts the exit, too, and another time the block will be longer
    short_block_ = block_counts_.make(block, counted - 1);
    return &short_block_;
  }
  return block_counts_.insert(block_counts_.make(block, counted));
}

uint32_t UnicornEngine::count_up_to(uint64_t rip) {
  const BlockCounts::Entry& last = *last_block_;
  PartialCount& known = partial_counts_[(rip ^ last.address >> 4) % partial_counts_.size()];
  const bool hit = known.address == last.address && known.key == last.tag && known.rip == rip;
  if (hit) return known.count;
  std::array<uint8_t, 2 * asx::kPageSize> buffer;
  const size_t size = std::min<size_t>(rip - last.address, buffer.size());
  const size_t got = fetch_code(last.address, {buffer.data(), size});
  const uint32_t count = std::min(decoder_.count({buffer.data(), got}), last.count());
  known = {last.address, last.tag, rip, count};
  return count;
}

void UnicornEngine::uncount_from(uint64_t rip) {
  const Block last = last_block_->block();
  const bool is_within = rip >= last.address && rip - last.address < last.size;
  if (!is_within) return;
  clock_.uncount(last_block_->count() - count_up_to(rip));
  last_block_ = &no_block_;
}

void UnicornEngine::update_view() {
  // no block is ever counted under the view of copies, so that each comes to begin_block
  block_counts_.set_view(runs_copies_ ? CodeView::kCopies : code_view_.of(cpu_.code.id, cpu_.code.generation));
}

uint64_t UnicornEngine::ticks() const {
  if (!options_.realtime) return clock_.now() + tick_offset_;
  const auto passed = std::chrono::steady_clock::now() - start_;
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(passed).count());
}

void UnicornEngine::skip_to(uint64_t tick) {
  assert(!options_.realtime && tick >= ticks());
  tick_offset_ += tick - ticks();
}

void UnicornEngine::update_timer() {
  cpu_.pending = asx::asking_lines(cpu_, bus_.lines().asking(), cpu_.compare == ~uint64_t{0} ? 0 : ticks());
}

void UnicornEngine::update_deadline() {
  const bool is_interrupt = asx::interrupt_to_take(cpu_).has_value();
  const bool has_work = epoch_must_end_ || translation_budget_.is_exhausted() || bus_.wants_attention();
  if (has_work || (is_interrupt && !has_just_returned())) {
    clock_.stop();
  } else if (is_interrupt) {
    clock_.set_deadline(clock_.now() + 1);  // after one block
  } else {
    clock_.set_deadline(first_deadline());
  }
}

uint64_t UnicornEngine::first_deadline() const {
  uint64_t deadline = std::min(next_slice_, turn_end_);
  if (options_.limit != 0) deadline = std::min(deadline, options_.limit);
  const bool timer_is_masked = (cpu_.event_mask >> asx::kTimerLine & 1) != 0;
  if (timer_is_masked || cpu_.compare == ~uint64_t{0}) return deadline;
  if (options_.realtime) return std::min(deadline, clock_.now() + kRealtimeCheck);
  return std::min(deadline, cpu_.compare - tick_offset_);  // it lies ahead, or the line would ask
}

}  // namespace emu
