// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/gate.h"

#include "isa-ext/abi/address.h"
#include "userland/interfaces/names/names.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/mutex.h"
#include "userland/runtime/pages.h"
#include "userland/runtime/stacks.h"

extern "C" {
extern char __executable_start[];
void recovery_entry();
}

namespace hop {

namespace {

constexpr uint64_t kStackArea = 0x800'0000'0000;  // above the image's base: far from image and heap
constexpr uint64_t kGuardPages = 2;               // an odd number of pages apart, so that tops do not share a TLB index

Mutex stacks_lock;
uint64_t next_stack = 0;

uint64_t offset_of(void (*function)()) {
  return reinterpret_cast<uint64_t>(function);
}

/// A name as the three words of a request; false if it is too long.
struct PackedName {
  uint64_t word[3] = {};
  explicit PackedName(const char* name) {
    for (unsigned i = 0; name[i] != 0; ++i) {
      fits = i < sizeof word;
      if (!fits) return;
      word[i / 8] |= uint64_t{static_cast<unsigned char>(name[i])} << (i % 8 * 8);
    }
  }
  bool fits = true;
};

Reply call_names(names::Operation operation, const char* name) {
  const PackedName packed(name);
  if (!packed.fits) return reply(Status::NameTooLong);
  return gate_call(kNamesGate, static_cast<uint64_t>(operation), {packed.word[0], packed.word[1], packed.word[2]});
}

}  // namespace

Status add_stacks(unsigned count, uint64_t size) {
  const Guard guard(stacks_lock);
  if (next_stack == 0) next_stack = reinterpret_cast<uint64_t>(__executable_start) + kStackArea;
  size = (size + asx::kPageMask) & ~asx::kPageMask;
  for (unsigned i = 0; i < count; ++i) {
    const uint64_t bottom = next_stack + kGuardPages * asx::kPageSize;
    const Reply mapped = kernel::space_map(kSelf, bottom, size, kProtectRead | kProtectWrite);
    if (mapped.is_error()) return mapped.status();
    if (!commit_pages(bottom, size)) return Status::OutOfMemory;
    const Reply added = kernel::pool_add(kSelf, bottom + size, 0);
    if (added.is_error()) return added.status();
    note_stack(bottom, bottom + size);
    next_stack = bottom + size + asx::kPageSize;
  }
  return Status::Ok;
}

Reply make_gate(void (*entry)(), uint64_t parameter) {
  return kernel::gate_create(kSelf, offset_of(entry), parameter, static_cast<uint64_t>(asx::StackPolicy::Pool),
                             offset_of(recovery_entry), 0);
}

Status register_name(const char* name, uint16_t gate) {
  const Reply put = kernel::transfer_put(0, gate, kRightRead | kRightWrite);
  if (put.is_error()) return put.status();
  return call_names(names::Operation::Register, name).status();
}

Reply find_gate(const char* name, bool wait) {
  const Reply found = call_names(wait ? names::Operation::Wait : names::Operation::Lookup, name);
  return found.is_error() ? found : kernel::transfer_take(0);
}

}  // namespace hop
