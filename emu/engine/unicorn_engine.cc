// SPDX-License-Identifier: GPL-2.0-or-later
// What hooks and run loop share, and the engine's outer face.
#include "emu/engine/unicorn_engine.h"

#include <algorithm>
#include <cstring>

#include "emu/engine/describe.h"
#include "isa-ext/model/space.h"

namespace emu {

UnicornEngine::UnicornEngine(const EngineOptions& options, const GuestMemory& memory, Bus& bus, asx::Observer& observer,
                             const UnicornTraits& traits, Decoder decoder)
    : options_(options),
      memory_(memory.base(), memory.size()),
      bus_(bus),
      traits_(traits),
      decoder_(std::move(decoder)),
      machine_{cpu_, registers_, memory_, options_.variant, *this, observer},
      code_pages_(memory.size()),
      translation_budget_(options.translation_buffer),
      start_(options.group != nullptr ? options.group->start() : std::chrono::steady_clock::now()) {
  if (options.group != nullptr) options.group->join(options.cpu, *this);
  if (options.accesses != nullptr) accesses_ = std::make_unique<AccessReporter>(*options.accesses, memory);
}

asx::Registers UnicornEngine::registers() {
  load_registers();
  return registers_;
}

void UnicornEngine::set_registers(const asx::Registers& registers) {
  load_registers();
  registers_ = registers;
  store_registers(0);
  state_changed_ = true;
  exit_.reset();
}

void UnicornEngine::memory_written(asx::PhysicalAddress start, uint64_t bytes) {
  for (uint64_t page = start.value & ~asx::kPageMask; page < start.value + bytes; page += asx::kPageSize) {
    code_pages_.written_by_host({page});
  }
  epoch_must_end_ = true;
}

EngineCounts UnicornEngine::counts() const {
  EngineCounts counts = counts_;
  counts.instructions = clock_.now();
  return counts;
}

std::string UnicornEngine::version() const {
  return "Unicorn " + std::to_string(traits_.major) + "." + std::to_string(traits_.minor) + "." +
         std::to_string(traits_.patch);
}

void UnicornEngine::load_registers() {
  if (runs_copies_) executor_->settle(unicorn_registers_->rip());
  unicorn_registers_->load(registers_);
  if (runs_copies_) registers_.rip = guest_rip(registers_.rip);
}

void UnicornEngine::store_registers(int64_t rip_bias) {
  const bool needs_copies = cpu_.operand_mode != asx::OperandMode::Tagged;
  if (needs_copies != runs_copies_) {
    runs_copies_ = needs_copies;
    update_view();
  }
  if (!runs_copies_) [[likely]] {
    unicorn_registers_->store(registers_, rip_bias);
    return;
  }
  const uint64_t rip = registers_.rip;
  unreachable_rip_ = rip;
  registers_.rip = engine_rip(rip);
  unicorn_registers_->store(registers_, rip_bias);
  registers_.rip = rip;
}

void UnicornEngine::deliver(const asx::Fault& fault) {
  const auto failure = asx::deliver_event(machine_, fault);
  if (failure) machine_check(fault, *failure);
}

void UnicornEngine::machine_check(const asx::Fault& event, const asx::Fault& failure) {
  machine_check_ = describe_event(event) + " at RIP " + hex(registers_.rip) + " in space \"" +
                   space_name(cpu_.code.id) + "\" (id " + std::to_string(cpu_.code.id.value) +
                   ") could not be delivered: " + describe_cause(failure);
  stop_ = Stop::MachineCheck;
}

std::string UnicornEngine::space_name(asx::SpaceId id) const {
  const auto* descriptor =
      memory_.at<const asx::SpaceDescriptor>(cpu_.space_table + uint64_t{id.value} * sizeof(asx::SpaceDescriptor));
  if (descriptor == nullptr) return "?";
  return printable_name(descriptor->name, sizeof descriptor->name);
}

void UnicornEngine::flush_tlb() {
  uc_ctl_flush_tlb(engine_.get());
  code_pages_.begin_epoch();
  flush_wanted_ = false;
  ++counts_.tlb_flushes;
}

asx::Result<asx::Translation> UnicornEngine::translate(uint64_t address, asx::Access access) {
  auto translation = asx::translate(cpu_, memory_, options_.variant, {address}, access);
  if (translation && translation.value().is_first_touch) ++counts_.first_touches;
  return translation;
}

std::optional<asx::PhysicalAddress> UnicornEngine::fetch_page(uint64_t page) {
  const FetchedPage& known = fetched_[page / asx::kPageSize % fetched_.size()];
  if (known.epoch == code_pages_.epoch() && known.page == page) return known.physical;
  const auto translation = translate(page, asx::Access::Fetch);
  if (!translation || !memory_.contains(translation.value().page, asx::kPageSize)) return std::nullopt;
  return translation.value().page;
}

size_t UnicornEngine::fetch_code(uint64_t address, std::span<uint8_t> bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const uint64_t at = address + done;
    const auto page = fetch_page(at & ~asx::kPageMask);
    if (!page) break;
    const size_t part = std::min<size_t>(bytes.size() - done, asx::kPageSize - (at & asx::kPageMask));
    std::memcpy(bytes.data() + done, memory_.at<uint8_t>(*page + (at & asx::kPageMask)), part);
    done += part;
  }
  return done;
}

void UnicornEngine::clear_pending_exception() {
  uc_context_save(engine_.get(), context_.get());
  const int32_t none = -1;
  std::memcpy(reinterpret_cast<char*>(context_.get()) + traits_.pending_exception, &none, sizeof none);
  uc_context_restore(engine_.get(), context_.get());
}

// asx::EnginePort

uint64_t UnicornEngine::clock() {
  // the block was counted when it began, and an ASX instruction is its last
  return options_.realtime ? ticks() : ticks() - 1;
}

void UnicornEngine::translations_changed() {
  flush_wanted_ = true;
  update_view();
  if (accesses_ != nullptr) accesses_->spaces_changed();
}

void UnicornEngine::space_invalidated(uint64_t space) {
  ++counts_.space_invalidations;
  translations_stale(space);
  if (options_.group != nullptr) options_.group->invalidate_space(options_.cpu, space);
}

void UnicornEngine::translations_stale(uint64_t space) {
  if (space == asx::kAllSpaces || space > UINT32_MAX) {
    code_view_.changed_all();
  } else {
    code_view_.changed({static_cast<uint32_t>(space)});
  }
  flush_wanted_ = true;
  update_view();
  if (accesses_ != nullptr) accesses_->space_invalidated(space);
}

void UnicornEngine::wait_for_event() {
  update_timer();
  if ((cpu_.pending & ~cpu_.wait_mask) == 0) stop_ = Stop::Waiting;
}

void UnicornEngine::timer_changed() {
  update_timer();
  update_deadline();
}

void UnicornEngine::signal(uint64_t cpus) {
  if (options_.group != nullptr) options_.group->signal(options_.cpu, cpus);
}

// CpuPeer. An exit that was set is forgotten: what made it necessary shows again if it still is.

void UnicornEngine::signalled_by(uint32_t cpu) {
  cpu_.signals |= uint64_t{1} << cpu;
}

void UnicornEngine::invalidate_space(uint64_t space) {
  asx::reload_spaces(cpu_, memory_, options_.variant, space);
  translations_stale(space);
  exit_.reset();
}

void UnicornEngine::code_written(asx::PhysicalAddress page) {
  code_pages_.written_by_host(page);
  flush_wanted_ = true;
  exit_.reset();
}

void UnicornEngine::write_right_lost(asx::PhysicalAddress page) {
  if (code_pages_.is_writable(page)) flush_wanted_ = true;
}

}  // namespace emu
