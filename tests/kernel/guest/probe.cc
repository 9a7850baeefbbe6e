// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/guest/probe.h"

#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/test.h"

extern "C" void probe_entry();
extern "C" void probe_recovery();

namespace guest {

namespace {

constexpr uint64_t kFaulted = uint64_t{1} << 62;

uint16_t probe_gate() {
  static uint16_t gate = 0;
  if (gate == 0) {
    gate = SELECTOR(hop::kernel::gate_create(hop::kSelf, reinterpret_cast<uint64_t>(probe_entry), 0,
                                             static_cast<uint64_t>(asx::StackPolicy::Keep),
                                             reinterpret_cast<uint64_t>(probe_recovery), 0));
  }
  return gate;
}

Caught caught(const hop::Reply& reply) {
  const auto value = static_cast<uint64_t>(reply.value);
  if ((value & kFaulted) == 0) return {};
  return {static_cast<uint32_t>((value & ~kFaulted) >> 32), static_cast<uint32_t>(value), reply.second, true};
}

}  // namespace

Caught probe(void (*function)(uint64_t), uint64_t argument) {
  return caught(hop::gate_call(probe_gate(), 0, {reinterpret_cast<uint64_t>(function), argument}));
}

Caught probe_lending(const hop::Loan& loan, void (*function)(uint64_t), uint64_t argument) {
  return caught(hop::gate_call_lending(loan, probe_gate(), 0, {reinterpret_cast<uint64_t>(function), argument}));
}

Caught probe_read(uint64_t address) {
  return probe([](uint64_t place) { static_cast<void>(*reinterpret_cast<volatile uint64_t*>(place)); }, address);
}

Caught probe_write(uint64_t address) {
  return probe([](uint64_t place) { *reinterpret_cast<volatile uint64_t*>(place) = 1; }, address);
}

Caught probe_call(uint16_t selector) {
  return probe([](uint64_t number) { hop::gate_call(static_cast<uint16_t>(number), 0); }, selector);
}

}  // namespace guest
