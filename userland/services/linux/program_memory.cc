// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/program_memory.h"

#include "isa-ext/abi/structures.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"

namespace hop::personality {
namespace {

/// Entries of the lists that an image's code half and a stack's stack half have.
constexpr uint32_t kCodeListLength = kFirstFreeSlot + 1, kStackListLength = 16;

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

bool ProgramMemory::create(const char* name) {
  break_ = kBreakBase;
  const bool created = image.create(asx::kSpaceCode, kCodeListLength, name, 0) &&
                       stack.create(asx::kSpaceStack, kStackListLength, SpaceName(name, ".stack").text, kStackSpace) &&
                       heap.create(asx::kSpaceStack, 1, SpaceName(name, ".heap").text, kHeapSpace) &&
                       message.create(asx::kSpaceStack, 1, SpaceName(name, ".msg").text, kMessageSpace) &&
                       message.map(kMessageOffset, kMessageBytes, kProtectRead | kProtectWrite) == 0 && fill_lists();
  if (!created) destroy();
  return created;
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
