// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/access_reporter.h"

#include <new>

#include "emu/engine/rewriter.h"
#include "isa-ext/abi/devices/devices.h"

namespace emu {
namespace {

constexpr uint64_t kDevicePages = (asx::kDeviceEnd - asx::kDeviceBase) / asx::kPageSize;
constexpr uint32_t kLongestInstruction = 15;

}  // namespace

AccessReporter::AccessReporter(AccessObserver& observer, const GuestMemory& memory)
    : observer_(observer), memory_size_(memory.size()) {
  static_assert(asx::kDeviceEnd <= kWindowSize);
  const uint64_t pages = memory_size_ / asx::kPageSize + kDevicePages;
  names_.reset(static_cast<Name*>(std::calloc(pages * kWindows, sizeof(Name))));  // epochs begin at 1
  if (names_ == nullptr) throw std::bad_alloc();
}

bool AccessReporter::add_hooks(uc_engine* engine) {
  const auto add = [&](int type, auto* callback) {
    uc_hook hook = 0;
    return uc_hook_add(engine, &hook, type, reinterpret_cast<void*>(callback), this, 1, 0) == UC_ERR_OK;
  };
  return add(UC_HOOK_CODE, &on_instruction) && add(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, &on_access);
}

AccessReporter::Name* AccessReporter::names_of(uint64_t physical) {
  const uint64_t page = physical < memory_size_ ? physical / asx::kPageSize
                                                : (memory_size_ + (physical - asx::kDeviceBase)) / asx::kPageSize;
  return names_.get() + page * kWindows;
}

std::optional<uint64_t> AccessReporter::place(uint64_t virtual_page, asx::PhysicalAddress physical, uint64_t epoch) {
  Name* const names = names_of(physical.value);
  for (uint64_t window = 0; window < kWindows; ++window) {
    Name& name = names[window];
    if (name.epoch == epoch && name.virtual_page != virtual_page) continue;
    name = {epoch, virtual_page};
    return window * kWindowSize + physical.value;
  }
  return std::nullopt;
}

void AccessReporter::on_instruction(uc_engine*, uint64_t address, uint32_t size, void* user) {
  if (address < kCopies) static_cast<AccessReporter*>(user)->instruction(address, size);
}

void AccessReporter::instruction(uint64_t address, uint32_t size) {
  instruction_ = address;
  ++number_;
  if (size > kLongestInstruction) size = 1;  // of an instruction that the engine does not know it is any number
  const uint64_t end = address + size - 1;
  const bool is_in_page = ((address ^ page_) | (end ^ page_)) < asx::kPageSize;
  if (is_in_page || !is_on_) return;
  observer_.fetch(address, size);
  page_ = end & ~asx::kPageMask;
}

void AccessReporter::on_access(uc_engine*, uc_mem_type type, uint64_t address, int size, int64_t, void* user) {
  AccessReporter& self = *static_cast<AccessReporter*>(user);
  if (!self.is_on_) return;
  const uint64_t physical = address % kWindowSize;
  const Name& name = self.names_of(physical)[address / kWindowSize];
  self.report({name.virtual_page | (address & asx::kPageMask), static_cast<uint32_t>(size), type == UC_MEM_WRITE, false,
               self.instruction_, self.number_});
}

void AccessReporter::report(AccessObserver::Data access) {
  const bool is_part = parts_left_ != 0 && access.number == last_.number && !access.is_store &&
                       access.address == part_address_ && access.size == part_size_;
  if (is_part) {
    part_address_ += part_size_;
    --parts_left_;
    return;
  }
  const bool crosses = (access.address & asx::kPageMask) + access.size > asx::kPageSize;
  parts_left_ = 0;
  if (crosses && !access.is_store) {
    part_address_ = access.address & ~uint64_t{access.size - 1};
    part_size_ = access.size;
    parts_left_ = 2;
  }
  access.is_continued = access.number == last_.number && last_.is_store == access.is_store &&
                        last_.address + last_.size == access.address;
  last_ = access;
  observer_.data(access);
}

}  // namespace emu
