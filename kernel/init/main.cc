// SPDX-License-Identifier: GPL-2.0-or-later
// From the boot loader's state (isa-ext/abi/boot.h) to the first thread.
#include "kernel/arch/boot_info.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/lock.h"
#include "kernel/arch/log.h"
#include "kernel/arch/variant.h"
#include "kernel/calls/self_check.h"
#include "kernel/init/services.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/bytes.h"
#include "kernel/object/interrupt_lines.h"
#include "kernel/object/space.h"
#include "kernel/object/thread.h"
#include "kernel/object/thread_stock.h"
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

PhysicalAddress vector_table;
uint32_t is_kernel_up = 0;  ///< the first CPU has made all that the others need

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
  const Result<Space*> no_stack = Space::create(
      {.flags = asx::kSpaceStack, .list_length = 1, .authority = 0, .quota = &first_quota(), .name = "no stack"});
  HOP_ASSERT(no_stack);
  well_known().no_stack = no_stack.value()->id();
  well_known().kernel_gate = {space.id(), space.generation(), calls.value()};
  auto* entries = at<asx::VectorEntry>(vectors.value());
  for (unsigned i = 0; i < asx::kVectorCount; ++i) entries[i] = {1, space.id(), space.generation(), events.value()};
  vector_table = vectors.value();
  cpu::set_vector_table(vector_table);
}

/// The idle thread of a CPU: serves interrupts by asking for them, since the kernel runs with all of them masked.
void idle() {
  for (;;) {
    scheduler().timers().expire(cpu::clock());
    const uint64_t asking = cpu::pending_lines() & ~uint64_t{interrupt_lines().masked()};
    if ((asking >> asx::kSignalLine & 1) != 0) cpu::take_signals();
    for (uint32_t line = 0; line < asx::kInterruptLines; ++line) {
      const bool is_device = line != asx::kTimerLine && line != asx::kSignalLine;
      if (is_device && (asking >> line & 1) != 0) interrupt_lines().fire(line);
    }
    if (scheduler().has_ready_threads()) {
      scheduler().yield();
    } else {
      scheduler().program_timer();
      const uint64_t masked = interrupt_lines().masked();
      kernel_lock.unlock();
      cpu::wait(masked);
      kernel_lock.lock();
    }
  }
}

/// What the first CPU does for all: it leaves the lock to its idle thread.
void initialize_kernel(const asx::BootInfo& info) {
  const cpu::Features features = cpu::features();
  HOP_ASSERT(features.is_asx);
  AccessList::selector_bits = features.selector_bits;
  machine_variant = cpu::variant_bits();
  cpu_count = info.cpu_count;
  HOP_ASSERT(cpu_count != 0 && cpu_count <= asx::kMaximumCpus);
  set_secure_stack_size({.frames = features.frames, .reserve = features.reserve});
  set_boot_info(info);
  set_check_interval(info.check_interval);
  initialize_memory(info);
  frames().set_reclaim(empty_thread_stock);
  initialize_gates();
  const uint64_t quantum = info.quantum == 0 ? kDefaultQuantum : info.quantum;
  for (uint32_t cpu = 0; cpu < cpu_count; ++cpu) {
    const Result<Thread*> idle_thread = create_kernel_thread(idle, first_quota());
    HOP_ASSERT(idle_thread);
    scheduler_of(cpu).initialize(cpu, quantum, *idle_thread.value(),
                                 {.release = release_ended, .priority_of = priority_of});
  }
  const Result<Thread*> first_thread = create_kernel_thread(start_services, first_quota());
  HOP_ASSERT(first_thread);
  scheduler_of(0).make_ready(*first_thread.value());
}

}  // namespace

extern "C" [[noreturn]] void kernel_main(const asx::BootInfo* info) {
  HOP_ASSERT(info->magic == asx::kBootMagic && info->version == asx::kBootVersion);
  const uint32_t cpu = cpu::id();
  if (cpu == 0) {
    kernel_lock.lock();
    initialize_kernel(*info);
    __atomic_store_n(&is_kernel_up, 1u, __ATOMIC_RELEASE);
  } else {
    while (__atomic_load_n(&is_kernel_up, __ATOMIC_ACQUIRE) == 0) asm volatile("pause");
    kernel_lock.lock();
    space_table().put_in_force();
    cpu::set_vector_table(vector_table);
  }
  scheduler_of(cpu).start();
}

}  // namespace kernel
