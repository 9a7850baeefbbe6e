// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/object_check.h"

#include "kernel/object/budget.h"
#include "kernel/object/interrupt_lines.h"
#include "kernel/object/space.h"
#include "kernel/object/well_known.h"

namespace kernel {

namespace {

uint64_t name_of(const void* object) {
  return reinterpret_cast<uint64_t>(object);
}

}  // namespace

void ObjectCheck::count(Object* object) {
  if (object == nullptr) return;
  if (object->counted == 0) {
    object->next_counted = found_;
    found_ = object;
    if (Quota* payer = object->payer; payer != nullptr) {
      count(payer);
      payer->account.count(memory_of(*object));
    }
  }
  ++object->counted;
}

/// What its payer is charged with because of it.
uint64_t ObjectCheck::memory_of(const Object& object) {
  if (object.kind == ObjectKind::Thread) return kernel::memory_of(static_cast<const Thread&>(object));
  const bool is_quota = object.kind == ObjectKind::Quota;
  return object.charged + (is_quota ? static_cast<const Quota&>(object).account.used() : 0);
}

void ObjectCheck::check_list(const AccessList& list) {
  for (uint32_t index = 1; index < list.length(); ++index) {
    const AccessListEntry& entry = at<AccessListEntry>(list.address())[index];
    const uint64_t where = name_of(&entry);
    if ((entry.flags & asx::kEntryValid) == 0) {
      if (entry.kind != EntryKind::None) violations_.report("an empty slot of a list has a kind", where);
      continue;
    }
    if ((entry.flags & kEntryRetired) != 0) violations_.report("a retired slot of a list is in use", where);
    switch (entry.kind) {
      case EntryKind::Object:
        count(reinterpret_cast<Object*>(entry.object));
        break;
      case EntryKind::Space:
      case EntryKind::Gate: {
        if (entry.space_id == 0 || entry.space_id >= SpaceTable::kSpaces) {
          violations_.report("an entry names a space that cannot be", where);
          break;
        }
        const asx::SpaceDescriptor& space = space_table().descriptor(entry.space_id);
        if (entry.space_generation > space.generation) violations_.report("an entry is of a life to come", where);
        const bool is_alive = space_table().is_alive(entry.space_id, entry.space_generation);
        if (is_alive && entry.kind == EntryKind::Gate && entry.gate_index >= space.gate_count) {
          violations_.report("an entry names a gate beyond the table", where);
        }
        break;
      }
      case EntryKind::None:
        violations_.report("a valid entry of a list has no kind", where);
    }
  }
}

void ObjectCheck::check_pool(PhysicalAddress pool, uint32_t space) {
  const auto& head = *at<asx::StackPool>(pool);
  uint32_t free = 0;
  for (uint32_t number = head.first_free; number != 0; number = stack_pool::slot(pool, number).next_free) {
    if (number > head.slot_count || ++free > head.slot_count) {
      return violations_.report("a pool's free list leads out of it, or round", space);
    }
    if (stack_pool::slot(pool, number).in_use != 0) violations_.report("a stack is free and in use", space);
  }
  if (free != head.free_count) violations_.report("a pool's free stacks are miscounted", space);
  uint32_t used = 0;
  for (uint32_t number = 1; number <= head.slot_count; ++number) {
    asx::StackSlot& slot = stack_pool::slot(pool, number);
    used += slot.in_use;
    if (slot.in_use != 0 && slot.software == 0) violations_.report("nobody stands on a stack that is in use", space);
    if (slot.software > 1) violations_.report("two stand on one stack", space);
    slot.software = 0;
  }
  if (free + used != head.slot_count) violations_.report("a pool's stack is neither free nor in use", space);
}

void ObjectCheck::check_stack_of(const GateName& gate, PhysicalAddress pool, uint32_t slot, uint64_t where) {
  if (slot == 0 || !space_table().is_alive(gate.space, gate.generation)) return;
  asx::StackSlot& stack = stack_pool::slot(pool, slot);
  if (stack.in_use == 0) violations_.report("a stack that somebody stands on is free", where);
  ++stack.software;
}

void ObjectCheck::check_frames(const Thread& thread) {
  const asx::ThreadBlock& block = thread.block();
  const uint64_t where = thread.number;
  const bool is_ordered =
      block.secure_stack_base <= block.secure_stack_top && block.secure_stack_top <= block.secure_stack_limit;
  const bool is_whole = (block.secure_stack_top - block.secure_stack_base) % sizeof(Frame) == 0;
  if (!is_ordered || !is_whole) return violations_.report("a secure stack is out of bounds", where);
  const SecureStack stack = thread.frames();
  for (uint32_t i = 0; i < stack.depth(); ++i) {
    const Frame& frame = *stack.frame(i);
    if (frame.kind != FrameKind::Call && frame.kind != FrameKind::Narrow && frame.kind != FrameKind::Event) {
      violations_.report("a frame has no kind", where);
    }
    check_stack_of({frame.gate_space, frame.gate_space_generation, frame.gate_index}, {frame.pool}, frame.pool_slot,
                   where);
  }
  check_stack_of(thread.start_gate, thread.start_pool, thread.start_slot, where);
}

void ObjectCheck::check_thread(Thread& thread) {
  const uint64_t where = thread.number;
  count(&thread);  // that of its running
  count(thread.end_event);
  if (thread.reservation != nullptr) count(static_cast<Budget*>(thread.reservation));
  for (AccessListEntry& entry : thread.baggage) {
    const bool is_object = (entry.flags & asx::kEntryValid) != 0 && entry.kind == EntryKind::Object;
    if (is_object) count(reinterpret_cast<Object*>(entry.object));
  }
  const bool is_queued = thread.ListNode<QueueTag>::is_linked();
  const bool is_running = Scheduler::running(thread) != nullptr;
  switch (thread.state) {
    case ThreadState::Ready:
      is_anybody_ready_ = is_anybody_ready_ || thread.body == nullptr;
      if (!is_queued && thread.body == nullptr) violations_.report("a ready thread is in no queue", where);
      break;
    case ThreadState::Throttled:
      is_anybody_ready_ = true;
      if (!is_queued) violations_.report("a throttled thread is in no queue", where);
      break;
    case ThreadState::Blocked:
      if (thread.waits_for != nullptr) count(thread.waits_for);
      break;
    case ThreadState::New:
    case ThreadState::Running:
      if (is_queued) violations_.report("a thread that does not wait is in a queue", where);
      break;
    case ThreadState::Ended:
      violations_.report("a thread that has ended is among the living", where);
  }
  if (is_running != (thread.state == ThreadState::Running)) {
    violations_.report("a thread runs and does not, or does not and does", where);
  }
  if (cpu_count == 1) check_frames(thread);
}

void ObjectCheck::compare_references() {
  for (Object* object = found_; object != nullptr;) {
    const bool is_lost = object->references < object->counted;
    const bool is_kept = object->references > object->counted && !is_anybody_ready_;
    if (object->kind == ObjectKind::Quota) {
      Account& account = static_cast<Quota*>(object)->account;
      const uint64_t counted = account.take_count();
      if (account.used() < counted) violations_.report("a quota is charged with less than it pays for", counted);
      if (account.used() > counted && !is_anybody_ready_)
        violations_.report("a quota is charged with more than it pays for", account.used());
    }
    if (is_lost) violations_.report("an object has fewer references than there are", name_of(object));
    if (is_kept) violations_.report("an object has more references than there are", name_of(object));
    Object* next = object->next_counted;
    object->counted = 0;
    object->next_counted = nullptr;
    object = next;
  }
}

void ObjectCheck::run() {
  for_each_thread([&](Thread& thread) { check_thread(thread); });
  space_table().for_each([&](const Space& space) {
    if (space.id() == asx::kKernelSpaceId) return;
    count(&space.quota());
    space.quota().account.count(space.memory());
    if ((space.descriptor().flags & asx::kSpaceValid) == 0)
      violations_.report("a living space is not valid", space.id());
    space.check_objects([&](const AccessList& list) { check_list(list); },
                        [&](PhysicalAddress pool) {
                          if (cpu_count == 1) check_pool(pool, space.id());
                        });
  });
  if (has_common_list()) check_list(common_list());
  count(&first_quota());  // the kernel's own
  count(&well_known().names_ready);
  interrupt_lines().for_each_event([&](EventSource& event) { count(&event); });
  for (uint32_t cpu = 0; cpu < cpu_count; ++cpu) {
    scheduler_of(cpu).for_each_inconsistency([&](const char* what) { violations_.report(what, cpu); });
  }
  compare_references();
}

}  // namespace kernel
