// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/processors.h"

#include <algorithm>

#include "isa-ext/model/operations.h"

namespace emu {
namespace {

/// Of a CPU, if all together have as much: a machine with many CPUs should not translate the same code all the time.
constexpr uint32_t kSmallestShare = 8u << 20;
constexpr uint64_t kNever = ~uint64_t{0};

}  // namespace

Processors::Processors(const MachineOptions& options, const GuestMemory& memory, Bus& bus)
    : options_(options),
      memory_(memory.base(), memory.size()),
      bus_(bus),
      schedule_(options.schedule_seed, options.turn) {
  if (options.cpus > 1) group_.emplace(memory.size());
}

Result<std::unique_ptr<Processors>> Processors::create(const MachineOptions& options, const GuestMemory& memory,
                                                       Bus& bus) {
  std::unique_ptr<Processors> processors(new Processors(options, memory, bus));
  for (uint32_t i = 0; i < options.cpus; ++i) {
    if (auto error = processors->add_cpu(memory)) return *error;
  }
  return processors;
}

MaybeError Processors::add_cpu(const GuestMemory& memory) {
  Cpu& cpu = *cpus_.emplace_back(std::make_unique<Cpu>(hops_));
  if (options_.model_memory) cpu.model.emplace(options_.variant);
  EngineOptions options;
  options.variant = options_.variant;
  options.limit = group_ ? 0 : options_.limit;
  options.realtime = options_.realtime;
  const uint32_t smallest = std::min(options_.translation_buffer, kSmallestShare);
  options.translation_buffer = std::max(options_.translation_buffer / options_.cpus, smallest);
  options.accesses = cpu.model ? &*cpu.model : nullptr;
  options.group = group_ ? &*group_ : nullptr;
  options.cpu = count() - 1;
  auto engine = create_engine(options, memory, bus_, cpu.observer);
  if (!engine) return Error{engine.error()};
  cpu.engine = std::move(engine.value());
  cpu.observer.attach(cpu.engine->cpu());
  if (cpu.model) cpu.model->attach(cpu.engine->cpu(), memory_);
  if (count() == 1) hops_.attach(cpu.engine->cpu(), memory_);
  return {};
}

void Processors::begin() {
  for (const auto& cpu : cpus_) cpu->observer.begin();
}

uint64_t Processors::ready() const {
  const uint64_t now = ticks();
  const uint64_t lines = bus_.lines().asking();
  uint64_t ready = 0;
  for (uint32_t i = 0; i < count(); ++i) {
    const Cpu& cpu = *cpus_[i];
    const asx::CpuState& state = cpu.engine->cpu();
    const bool runs = !cpu.waits || (asx::asking_lines(state, lines, now) & ~state.wait_mask) != 0;
    ready |= uint64_t{runs} << i;
  }
  return ready;
}

EngineStop Processors::run() {
  if (group_) return run_in_turns();
  const EngineStop stop = engine(0).run();
  cpus_[0]->waits = stop.reason == StopReason::Waiting;
  return stop;
}

EngineStop Processors::run_in_turns() {
  for (;;) {
    if (options_.limit != 0 && instructions_ >= options_.limit) return {StopReason::Limit, {}};
    const uint64_t ready = this->ready();
    if (ready == 0) return {StopReason::Waiting, {}};
    const EngineStop stop = take_turn(schedule_.next_cpu(ready));
    const bool goes_on = stop.reason == StopReason::TurnOver || stop.reason == StopReason::Waiting;
    if (!goes_on) return stop;
  }
}

EngineStop Processors::take_turn(uint32_t number) {
  Cpu& cpu = *cpus_[number];
  Engine& engine = *cpu.engine;
  uint64_t turn = schedule_.next_turn();
  if (options_.limit != 0) turn = std::min(turn, options_.limit - instructions_);
  if (!options_.realtime) engine.skip_to(clock_);
  const uint64_t before = engine.counts().instructions;
  EngineStop stop = engine.run(turn);
  instructions_ += engine.counts().instructions - before;
  clock_ = engine.ticks();
  cpu.waits = stop.reason == StopReason::Waiting;
  ++cpu.turns;
  if (stop.reason == StopReason::MachineCheck) stop.detail = "CPU " + std::to_string(number) + ": " + stop.detail;
  return stop;
}

uint64_t Processors::ticks() const {
  return group_ && !options_.realtime ? clock_ : cpus_[0]->engine->ticks();
}

void Processors::skip_to(uint64_t tick) {
  if (group_) {
    clock_ = tick;
  } else {
    cpus_[0]->engine->skip_to(tick);
  }
}

bool Processors::is_waited_for(uint32_t line) const {
  return std::any_of(cpus_.begin(), cpus_.end(),
                     [line](const auto& cpu) { return cpu->waits && (cpu->engine->cpu().wait_mask >> line & 1) == 0; });
}

uint64_t Processors::first_timer() const {
  uint64_t first = kNever;
  for (const auto& cpu : cpus_) {
    const asx::CpuState& state = cpu->engine->cpu();
    const bool is_waited_for = (state.wait_mask >> asx::kTimerLine & 1) == 0;
    if (cpu->waits && is_waited_for) first = std::min(first, state.compare);
  }
  return first;
}

CpuCounts Processors::counts_of(const Cpu& cpu) const {
  const EngineCounts engine = cpu.engine->counts();
  CpuCounts counts = cpu.observer.counts();
  counts.instructions = engine.instructions;
  counts.tlb_fills = engine.tlb_fills;
  counts.tlb_flushes = engine.tlb_flushes;
  counts.system_calls = engine.system_calls;
  counts.turns = cpu.turns;
  const Counters modelled = cpu.model ? cpu.model->counters() : Counters{};
  for (const CounterRow& row : counter_rows()) {
    if (row.kind == CounterKind::Modelled) counts.counters.*row.field = modelled.*row.field;
  }
  counts.counters.instructions = engine.instructions;
  counts.counters.space_invalidations = engine.space_invalidations;
  // who comes first is left to the engine
  counts.counters.first_touches = engine.first_touches + modelled.first_touches;
  return counts;
}

Statistics Processors::statistics() const {
  Statistics statistics;
  for (const auto& cpu : cpus_) {
    statistics.cpus.push_back(counts_of(*cpu));
    statistics.add(statistics.cpus.back());
    const EngineCounts engine = cpu->engine->counts();
    statistics.host.translation_flushes += engine.translation_flushes;
    statistics.host.engine_entries += engine.engine_entries;
  }
  statistics.ticks = ticks();
  statistics.is_modelled = options_.model_memory;
  statistics.spaces = hops_.spaces();
  statistics.hops = hops_.hops();
  statistics.host.engine_version = cpus_[0]->engine->version();
  return statistics;
}

}  // namespace emu
