// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/area.h"

#include "userland/services/linux/abi/errno.h"
#include "userland/services/linux/services.h"

namespace hop::personality {

bool Area::create(uint32_t flags, uint32_t list_length, const char* name, uint16_t program_selector) {
  uint64_t words[2] = {};
  for (unsigned i = 0; i < 16 && name[i] != 0; i++)
    words[i / 8] |= static_cast<uint64_t>(static_cast<uint8_t>(name[i])) << (i % 8 * 8);
  const int64_t selector = kernel_call(Call::space_create, flags, list_length, words[0], words[1]);
  if (selector < 0) return false;
  space_ = static_cast<uint16_t>(selector);
  program_selector_ = program_selector;
  ranges_.clear();
  return true;
}

void Area::destroy() {
  if (space_ != 0) {
    kernel_call(Call::space_destroy, space_);
    kernel_call(Call::list_remove, kSelf, space_);
  }
  space_ = 0;
  ranges_.clear();
}

bool Area::copy_from(const Area& original) {
  for (uint32_t i = 0; i < original.ranges_.count(); i++) {
    const Range& range = original.ranges_.at(i);
    const uint64_t bytes = range.end - range.start;
    if (!ranges_.insert(range)) return false;
    const Call call = range.is_shared ? Call::space_share : Call::space_copy;
    if (kernel_call(call, space_, range.start, original.space_, range.start, bytes, range.protection) < 0) return false;
  }
  return true;
}

int64_t Area::map(uint64_t start, uint64_t bytes, uint64_t protection, bool is_shared) {
  if (!ranges_.insert({start, start + bytes, protection, is_shared})) return kEnomem;
  const int64_t error = kernel_call(Call::space_map, space_, start, bytes, protection);
  if (error < 0) static_cast<void>(ranges_.remove(start, start + bytes));
  return error;
}

int64_t Area::unmap(uint64_t start, uint64_t bytes) {
  if (!ranges_.remove(start, start + bytes)) return kEnomem;
  return kernel_call(Call::space_unmap, space_, start, bytes);
}

int64_t Area::protect(uint64_t start, uint64_t bytes, uint64_t protection) {
  if (!ranges_.is_mapped(start, start + bytes)) return kEnomem;
  if (!ranges_.protect(start, start + bytes, protection)) return kEnomem;
  return kernel_call(Call::space_protect, space_, start, bytes, protection);
}

int64_t Area::move(uint64_t from, uint64_t to, uint64_t bytes) {
  const Range* range = ranges_.find(from);
  if (range == nullptr || range->end < from + bytes) return kEfault;
  if (!ranges_.insert({to, to + bytes, range->protection, range->is_shared})) return kEnomem;
  const int64_t error = kernel_call(Call::space_move, space_, from, to, bytes);
  const uint64_t gone = error < 0 ? to : from;
  return ranges_.remove(gone, gone + bytes) ? error : kEnomem;
}

int64_t Area::make_zero(uint64_t start, uint64_t bytes) {
  const uint64_t end = start + bytes;
  for (uint32_t i = ranges_.first_above(start); i < ranges_.count() && ranges_.at(i).start < end; i++) {
    const Range& range = ranges_.at(i);
    const uint64_t low = range.start > start ? range.start : start;
    const uint64_t high = range.end < end ? range.end : end;
    int64_t error = kernel_call(Call::space_unmap, space_, low, high - low);
    if (error == 0) error = kernel_call(Call::space_map, space_, low, high - low, range.protection);
    if (error < 0) return error;
  }
  return 0;
}

}  // namespace hop::personality
