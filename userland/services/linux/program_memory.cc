// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/program_memory.h"

#include <new>

#include "isa-ext/abi/structures.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/machine_variant.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"

extern "C" {
void linux_syscall_entry();
void linux_syscall_entry_keeping();
void linux_fault_entry();
}

namespace hop::personality {
namespace {

/// Entries of the lists that an image's code half and a stack's stack half have.
constexpr uint32_t kCodeListLength = kFirstFreeSlot + 1, kStackListLength = 32;

struct SpaceName {
  char text[17] = {};
  /// "busybox.heap": as much of the program's name as leaves room for the suffix.
  SpaceName(const char* program, const char* suffix) {
    const uint64_t room = 16 - text_length(suffix);
    const uint64_t length = text_length(program);
    TextWriter(text, 16).bytes(program, length < room ? length : room).text(suffix);
  }
};

}  // namespace

namespace {
constinit ProgramMemory* unused = nullptr;
}

ProgramMemory* ProgramMemory::take_record() {
  ProgramMemory* memory = unused;
  if (memory != nullptr) {
    unused = memory->next_unused_;
    return memory;
  }
  memory = new (std::nothrow) ProgramMemory;
  if (memory == nullptr || memory->make_gates()) return memory;
  delete memory;
  return nullptr;
}

bool ProgramMemory::make_gates() {
  const auto parameter = reinterpret_cast<uint64_t>(this);
  const bool is_keeping = is_variant(asx::kVariantSavesNone);
  const Reply syscall = make_gate(is_keeping ? linux_syscall_entry_keeping : linux_syscall_entry, parameter);
  const Reply fault = make_gate(linux_fault_entry, parameter);
  if (syscall.is_error() || fault.is_error()) return false;
  syscall_gate_ = static_cast<uint16_t>(syscall.value);
  fault_gate_ = static_cast<uint16_t>(fault.value);
  return true;
}

ProgramMemory* ProgramMemory::make(const char* name) {
  ProgramMemory* memory = take_record();
  if (memory == nullptr) return nullptr;
  memory->break_ = kBreakBase;
  if (memory->create(name)) return memory;
  memory->destroy();
  return nullptr;
}

ProgramMemory* ProgramMemory::copy(const ProgramMemory& original, const char* name) {
  ProgramMemory* memory = make(name);
  if (memory == nullptr) return nullptr;
  memory->break_ = original.break_;
  if (memory->image.copy_from(original.image) && memory->heap.copy_from(original.heap) &&
      memory->stack.copy_from(original.stack)) {
    return memory;
  }
  memory->destroy();
  return nullptr;
}

bool ProgramMemory::create(const char* name) {
  return image.create(asx::kSpaceCode, kCodeListLength, name, 0) &&
         stack.create(asx::kSpaceStack, kStackListLength, SpaceName(name, ".stack").text, kStackSpace) &&
         heap.create(asx::kSpaceStack, 1, SpaceName(name, ".heap").text, kHeapSpace) &&
         message.create(asx::kSpaceStack, 1, SpaceName(name, ".msg").text, kMessageSpace) &&
         message.map(kMessageOffset, kMessageBytes, kProtectRead | kProtectWrite) == 0 && fill_lists() && set_gates();
}

/// What syscall enters from the image, and where its faults go.
bool ProgramMemory::set_gates() {
  const int64_t syscall = kernel_call(Call::list_insert, image.space(), 0, syscall_gate_, kRightRead);
  return syscall >= 0 && kernel_call(Call::space_set_syscall, image.space(), static_cast<uint64_t>(syscall)) == 0 &&
         kernel_call(Call::space_set_fault_gate, image.space(), fault_gate_) == 0;
}

/// The names that the program's stack half has for its other spaces.
bool ProgramMemory::fill_lists() {
  constexpr uint64_t kReadWrite = kRightRead | kRightWrite;
  const auto insert = [this](uint16_t program_selector, const Area& area) {
    const uint64_t index = asx::Selector{program_selector}.index(asx::kDefaultSelectorBits);
    return kernel_call(Call::list_insert, stack.space(), index, area.space(), kReadWrite) == program_selector;
  };
  return insert(kImageAlias, image) && insert(kHeapSpace, heap) && insert(kMessageSpace, message);
}

void ProgramMemory::destroy() {
  image.destroy();
  heap.destroy();
  stack.destroy();
  message.destroy();
  user = nullptr;
  next_unused_ = unused;
  unused = this;
}

ProgramMemory::Place ProgramMemory::find(uint64_t address, uint64_t bytes) {
  const uint64_t offset = address & asx::kOffsetMask;
  if (offset > kHighestOffset || bytes > kHighestOffset - offset) return {};
  switch (address >> asx::kOffsetBits) {
    case 0:
    case kImageAlias:
      return {&image, offset};
    case kStackSpace:
      return {&stack, offset};
    case kHeapSpace:
      return {&heap, offset};
    default:
      return {};
  }
}

uint64_t ProgramMemory::set_break(uint64_t address) {
  const uint64_t current = heap.program_address(break_);
  const uint64_t offset = address & asx::kOffsetMask;
  if (address >> asx::kOffsetBits != kHeapSpace || offset < kBreakBase || offset > kBreakEnd) return current;
  const uint64_t old_end = page_ceiling(break_), new_end = page_ceiling(offset);
  if (new_end > old_end) {
    if (!heap.ranges().is_free(old_end, new_end)) return current;
    if (heap.map(old_end, new_end - old_end, kProtectRead | kProtectWrite) < 0) return current;
  } else if (new_end < old_end) {
    if (heap.unmap(new_end, old_end - new_end) < 0) return current;
  }
  break_ = offset;
  return heap.program_address(break_);
}

}  // namespace hop::personality
