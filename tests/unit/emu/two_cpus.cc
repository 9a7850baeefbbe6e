// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/emu/two_cpus.h"

#include <stdexcept>

#include "emu/machine/schedule.h"

namespace test {
namespace {

emu::EngineOptions member(emu::CpuGroup& group, uint32_t cpu) {
  emu::EngineOptions options;
  options.group = &group;
  options.cpu = cpu;
  options.translation_buffer = 8u << 20;
  return options;
}

}  // namespace

TwoCpus::TwoCpus() : World(member(group, 0)) {
  auto created = emu::create_engine(member(group, 1), memory, bus, observer);
  if (!created) throw std::runtime_error(created.error());
  second = std::move(created.value());
}

void TwoCpus::start_both(asx::SpaceId code, uint64_t rip_of_0, uint64_t rip_of_1) {
  constexpr uint64_t kSecondStack = 0x0900'0000;
  start(code, rip_of_0);
  const asx::ThreadBlock first = thread();
  set_thread(64);
  asx::ThreadBlock& block = thread();
  block.cs_id = block.ss_id = first.cs_id;
  block.cs_generation = block.ss_generation = first.cs_generation;
  map_new(code, kSecondStack, 4, kData);
  asx::CpuState& cpu = second->cpu();
  cpu = engine->cpu();
  cpu.id = 1;
  cpu.thread = {static_cast<uint64_t>(reinterpret_cast<std::byte*>(&block) - memory.base())};
  asx::Registers registers;
  registers.rip = rip_of_1;
  registers.gpr[asx::kRsp] = kSecondStack + 4 * asx::kPageSize - 64;
  second->set_registers(registers);
}

asx::Frame TwoCpus::run_in_turns(uint64_t seed, uint32_t average_turn) {
  emu::Schedule schedule(seed, average_turn);
  uint64_t clock = 0;
  for (;;) {
    emu::Engine& next = schedule.next_cpu(3) == 0 ? *engine : *second;
    next.skip_to(clock);
    const emu::EngineStop stop = next.run(schedule.next_turn());
    clock = next.ticks();
    if (stop.reason == emu::StopReason::TurnOver || stop.reason == emu::StopReason::Slice) continue;
    const bool is_event = stop.reason == emu::StopReason::Attention && &next == engine.get();
    if (!is_event) throw std::runtime_error("no event of CPU 0: " + stop.detail);
    bus.clear_attention();
    const uint64_t top = at<asx::ThreadBlock>(engine->cpu().thread).secure_stack_top;
    return at<asx::Frame>({top - sizeof(asx::Frame)});
  }
}

}  // namespace test
