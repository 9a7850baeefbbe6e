// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <stdexcept>

#include "emu/engine/engine.h"
#include "isa-ext/model/space.h"
#include "tests/conformance/cpus.h"

namespace conformance {
namespace {

emu::GuestMemory make_memory() {
  auto memory = emu::GuestMemory::create(kMemory);
  if (!memory) throw std::runtime_error(memory.error());
  return std::move(memory.value());
}

/// Stops the machine when it is written to.
struct Bell : emu::Device {
  explicit Bell(emu::Bus& owner) : bus(owner) {}
  [[nodiscard]] uint32_t read(emu::DeviceAccess) override { return 0; }
  void write(emu::DeviceAccess, uint32_t) override { bus.call_for_attention(); }
  emu::Bus& bus;
};

}  // namespace

struct EngineCpu::Parts {
  explicit Parts(const asx::Variant& chosen) : variant(chosen), memory(make_memory()) {
    emu::EngineOptions options;
    options.variant = variant;
    auto created = emu::create_engine(options, memory, bus, observer);
    if (!created) throw std::runtime_error(created.error());
    engine = std::move(created.value());
    bus.attach(asx::kPowerBase, bell);
  }
  asx::Variant variant;
  emu::GuestMemory memory;
  emu::Bus bus;
  Bell bell{bus};
  asx::Observer observer;
  std::unique_ptr<emu::Engine> engine;
};

EngineCpu::EngineCpu(const asx::Variant& variant) : parts_(std::make_unique<Parts>(variant)) {}
EngineCpu::~EngineCpu() = default;

void EngineCpu::start(const Image& image) {
  std::ranges::copy(image.ram, ram().begin());
  parts_->engine->memory_written({0}, kMemory);
  parts_->bus.clear_attention();
  const asx::PhysicalMemory memory(parts_->memory.base(), kMemory);
  asx::CpuState& state = cpu();
  state = {};
  state.space_table = {kSpaceTable};
  state.space_count = kSpaces + 1;
  state.vector_table = {kVectorTable};
  state.thread = {kThread};
  state.event_mask = ~uint32_t{0};
  state.code = *asx::load_space(state, memory, {image.start_code});
  state.stack = *asx::load_space(state, memory, {image.start_stack});
  asx::load_lists_of_thread(state, memory, parts_->variant, *memory.at<asx::ThreadBlock>({kThread}));
  asx::Registers registers;
  registers.gpr = image.gpr;
  registers.rip = image.rip;
  registers.rflags = image.rflags;
  registers.fs_base = image.fs_base;
  registers.gs_base = image.gs_base;
  parts_->engine->set_registers(registers);
}

RunEnd EngineCpu::run_to_bell() {
  parts_->bus.clear_attention();
  const uint64_t begin = parts_->engine->ticks();
  for (;;) {
    const emu::EngineStop stop = parts_->engine->run(kStepLimit);
    if (stop.reason == emu::StopReason::Attention) return "";
    if (stop.reason == emu::StopReason::MachineCheck) return "no event: " + stop.detail;
    if (parts_->engine->ticks() - begin >= kStepLimit) return "no end";
  }
}

void EngineCpu::interrupt_after(uint64_t instructions) {
  cpu().event_mask = 0;
  cpu().compare = parts_->engine->ticks() + instructions;
}

std::span<uint8_t> EngineCpu::ram() {
  return {reinterpret_cast<uint8_t*>(parts_->memory.base()), kMemory};
}

asx::CpuState& EngineCpu::cpu() {
  return parts_->engine->cpu();
}

asx::Registers EngineCpu::registers() {
  return parts_->engine->registers();
}

}  // namespace conformance
