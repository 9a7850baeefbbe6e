// SPDX-License-Identifier: GPL-2.0-or-later
// Self-check of the kernel's objects: lists, references, pools, secure stacks and queues must agree. What is changed by
// running programs (pools, frames) is looked at on machines of one CPU only, where nobody runs meanwhile.
#pragma once
#include "kernel/check/memory_check.h"
#include "kernel/object/thread.h"

namespace kernel {

class ObjectCheck {
 public:
  explicit ObjectCheck(Violations& violations) : violations_(violations) {}
  void run();

 private:
  void check_list(const AccessList& list);
  void check_pool(PhysicalAddress pool, uint32_t space);
  void check_thread(Thread& thread);
  void check_frames(const Thread& thread);
  void check_stack_of(const GateName& gate, PhysicalAddress pool, uint32_t slot, uint64_t where);
  /// A reference to the object has been found.
  [[nodiscard]] static uint64_t memory_of(const Object& object);
  void count(Object* object);
  void compare_references();

  Violations& violations_;
  Object* found_ = nullptr;  ///< all objects that have been counted, linked
  bool is_anybody_ready_ = false;
};

}  // namespace kernel
