// SPDX-License-Identifier: GPL-2.0-or-later
// From the boot loader's state (isa-ext/abi/boot.h) to the first thread.
#include "kernel/arch/boot_info.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/log.h"
#include "kernel/arch/variant.h"
#include "kernel/init/services.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/bytes.h"
#include "kernel/object/interrupt_lines.h"
#include "kernel/object/space.h"
#include "kernel/object/thread.h"
#include "kernel/object/well_known.h"

extern "C" void call_entry();
extern "C" void event_entry();

namespace kernel {

namespace {

constexpr uint64_t kDefaultQuantum = 1'000'000;

struct Reserved {
  uint64_t start, end;
};

uint64_t module_end(const asx::BootModule& module) {
  return round_up(module.start + module.size, asx::kPageSize);
}

/// The lowest place for a table of so many bytes that no module occupies.
uint64_t place_for_table(const asx::BootInfo& info, uint64_t bytes) {
  uint64_t place = round_up(info.free_start, asx::kPageSize);
  for (bool has_moved = true; has_moved;) {
    has_moved = false;
    for (unsigned i = 0; i < info.module_count; ++i) {
      const asx::BootModule& module = info.modules[i];
      if (module.start >= place + bytes || module_end(module) <= place) continue;
      place = module_end(module);
      has_moved = true;
    }
  }
  return place;
}

/// Gives all of [start, end) but the modules and the table to the frame allocator.
void free_but(const asx::BootInfo& info, const Reserved& table, uint64_t start, uint64_t end) {
  while (start < end) {
    Reserved next{end, end};  // the reserved range that begins first from here on
    const auto consider = [&](uint64_t from, uint64_t to) {
      if (to > start && from < next.start) next = {from, to};
    };
    consider(table.start, table.end);
    for (unsigned i = 0; i < info.module_count; ++i) consider(info.modules[i].start, module_end(info.modules[i]));
    if (next.start > start) frames().add_free({start}, {next.start});
    start = next.end;
  }
}

void initialize_memory(const asx::BootInfo& info) {
  const uint64_t frame_count = info.memory_size / asx::kPageSize;
  const uint64_t bytes = round_up(frame_count * sizeof(FrameInfo), asx::kPageSize);
  const uint64_t table = place_for_table(info, bytes);
  HOP_ASSERT(table + bytes <= info.memory_size);
  zero_blocks(at<void>({table}), bytes);
  frames().initialize(at<FrameInfo>({table}), frame_count);
  free_but(info, {table, table + bytes}, round_up(info.free_start, asx::kPageSize), frame_count * asx::kPageSize);
}

asx::Gate kernel_gate(void (*entry)()) {
  asx::Gate gate{};
  gate.flags = asx::kGateValid;
  gate.stack_policy = asx::StackPolicy::Thread;
  gate.entry = reinterpret_cast<uint64_t>(entry);
  gate.event_mask = ~0u;
  return gate;
}

/// The kernel's own two gates: calls, and events of every vector.
void initialize_gates() {
  HOP_ASSERT(space_table().initialize(cpu::space_table()) == Status::Ok);
  const Result<Space*> kernel_space = Space::adopt_kernel_space();
  const Result<PhysicalAddress> vectors = frames().allocate_zeroed();
  HOP_ASSERT(kernel_space && vectors);
  Space& space = *kernel_space.value();
  asx::Gate call_gate = kernel_gate(call_entry);
  call_gate.required_authority = hop::kAuthorityBasic;
  const Result<uint32_t> calls = space.add_gate(call_gate);
  const Result<uint32_t> events = space.add_gate(kernel_gate(event_entry));
  HOP_ASSERT(calls && events);
  well_known().kernel_gate = {space.id(), space.generation(), calls.value()};
  auto* entries = at<asx::VectorEntry>(vectors.value());
  for (unsigned i = 0; i < asx::kVectorCount; ++i) entries[i] = {1, space.id(), space.generation(), events.value()};
  cpu::set_vector_table(vectors.value());
}

/// The idle thread: serves interrupts by asking for them, since the kernel runs with all of them masked.
void idle() {
  for (;;) {
    scheduler().timers().expire(cpu::clock());
    const uint64_t asking = cpu::pending_lines() & ~uint64_t{interrupt_lines().masked()};
    for (uint32_t line = 0; line < asx::kInterruptLines; ++line) {
      if (line != asx::kTimerLine && (asking >> line & 1) != 0) interrupt_lines().fire(line);
    }
    if (scheduler().has_ready_threads()) {
      scheduler().yield();
    } else {
      scheduler().program_timer();
      cpu::wait(interrupt_lines().masked());
    }
  }
}

}  // namespace

extern "C" [[noreturn]] void kernel_main(const asx::BootInfo* info) {
  HOP_ASSERT(info->magic == asx::kBootMagic && info->version == asx::kBootVersion);
  const cpu::Features features = cpu::features();
  HOP_ASSERT(features.is_asx);
  AccessList::selector_bits = features.selector_bits;
  machine_variant = cpu::variant_bits();
  set_secure_stack_size({.frames = features.frames, .reserve = features.reserve});
  set_boot_info(*info);
  initialize_memory(*info);
  initialize_gates();
  const Result<Thread*> idle_thread = create_kernel_thread(idle);
  const Result<Thread*> first_thread = create_kernel_thread(start_services);
  HOP_ASSERT(idle_thread && first_thread);
  const uint64_t quantum = info->quantum == 0 ? kDefaultQuantum : info->quantum;
  scheduler().initialize(quantum, *idle_thread.value(), {.release = release_ended, .priority_of = priority_of});
  scheduler().make_ready(*first_thread.value());
  scheduler().start();
}

}  // namespace kernel
