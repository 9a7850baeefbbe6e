// SPDX-License-Identifier: GPL-2.0-or-later
// Memory: brk, mmap and their relatives.
//
// Mappings go to the heap space, but executable ones (which must be reached by fetches) and MAP_32BIT ones go to the
// image space, where addresses have no selector. So a mapping cannot become executable later: mprotect answers EACCES.
// File mappings are copies, made when they are mapped.
#include "userland/services/linux/abi/memory.h"

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/task.h"

namespace hop::personality {
namespace {

constexpr uint64_t kProtectionBits = kProtRead | kProtWrite | kProtExecute;
constexpr uint64_t kReadWriteBits = kProtectRead | kProtectWrite;
static_assert(kProtRead == uint64_t{kProtectRead} && kProtWrite == uint64_t{kProtectWrite} &&
              kProtExecute == uint64_t{kProtectExecute});

struct MapRequest {
  uint64_t address, bytes, protection, flags, descriptor, offset;
  OpenFile* file = nullptr;

  [[nodiscard]] bool has(uint64_t flag) const { return (flags & flag) != 0; }
  [[nodiscard]] bool is_shared() const { return (flags & kMapType) != kMapPrivate; }
};

int64_t check_file(Task& task, MapRequest& request) {
  if (request.has(kMapAnonymous)) return 0;
  request.file = task.descriptors.get(request.descriptor);
  if (request.file == nullptr) return kEbadf;
  if (!request.file->is_readable()) return kEacces;
  if (!request.file->is_mappable()) return kEnodev;
  if (request.is_shared() && request.file->is_writable() && (request.protection & kProtWrite)) return kEnodev;
  if (request.is_shared() && (request.protection & kProtWrite)) return kEacces;
  return 0;
}

int64_t check_request(Task& task, MapRequest& request) {
  const uint64_t type = request.flags & kMapType;
  if (type != kMapShared && type != kMapPrivate && type != kMapSharedValidate) return kEinval;
  if (request.bytes == 0 || (request.offset & asx::kPageMask)) return kEinval;
  if (request.bytes > kHighestOffset) return kEnomem;
  request.bytes = page_ceiling(request.bytes);
  if (request.has(kMapFixed | kMapFixedNoReplace) && (request.address & asx::kPageMask)) return kEinval;
  if (request.has(kMapHugeTable)) return kEnomem;
  return check_file(task, request);
}

/// Where a request without MAP_FIXED goes. A hint is followed if it names a free place of the right space.
int64_t choose_place(ProgramMemory& memory, const MapRequest& request, ProgramMemory::Place& place) {
  const bool low = request.has(kMap32Bit);
  Area& area = low || (request.protection & kProtExecute) ? memory.image : memory.heap;
  const uint64_t hint = page_floor(request.address);
  if (hint != 0 && !low) {
    place = memory.find(hint, request.bytes);
    if (place.area == &area && place.offset >= kBreakBase &&
        area.ranges().is_free(place.offset, place.offset + request.bytes))
      return 0;
  }
  const uint64_t base = low ? kLowMapBase : kMapBase, end = low ? kLowMapEnd : kMapEnd;
  place = {&area, area.ranges().find_free(request.bytes, base, end)};
  return place.offset == 0 ? kEnomem : 0;
}

int64_t fixed_place(ProgramMemory& memory, const MapRequest& request, ProgramMemory::Place& place) {
  place = memory.find(request.address, request.bytes);
  if (place.area == nullptr) return kEnomem;
  if (place.area != &memory.image && (request.protection & kProtExecute)) return kEacces;
  if (place.offset == 0) return kEperm;
  if (place.area->ranges().is_free(place.offset, place.offset + request.bytes)) return 0;
  if (request.has(kMapFixedNoReplace)) return kEexist;
  return place.area->unmap(place.offset, request.bytes);
}

/// Reads the file's bytes into the new mapping, under the address that files can use. Beyond the end stay zeros.
int64_t fill(const MapRequest& request, uint64_t address) {
  uint64_t done = 0;
  while (done < request.bytes) {
    const int64_t result = request.file->read(caller_address(address + done, request.bytes - done),
                                              request.bytes - done, request.offset + done);
    if (result < 0) return result;
    if (result == 0) break;
    done += static_cast<uint64_t>(result);
  }
  return 0;
}

int64_t map(Task& task, MapRequest request) {
  if (const int64_t error = check_request(task, request); error < 0) return error;
  ProgramMemory::Place place;
  const int64_t chosen = request.has(kMapFixed | kMapFixedNoReplace) ? fixed_place(*task.memory, request, place)
                                                                     : choose_place(*task.memory, request, place);
  if (chosen < 0) return chosen;
  Area& area = *place.area;
  const uint64_t protection = request.protection & kProtectionBits;
  const bool is_filled = request.file != nullptr && request.file->is_seekable() && request.file->size() > 0;
  if (const int64_t error = area.map(place.offset, request.bytes, is_filled ? kReadWriteBits : protection,
                                     request.is_shared() && request.has(kMapAnonymous));
      error < 0)
    return error;
  const uint64_t address = area.program_address(place.offset);
  if (is_filled) {
    int64_t error = fill(request, address);
    if (error == 0 && protection != kReadWriteBits) error = area.protect(place.offset, request.bytes, protection);
    if (error < 0) {
      static_cast<void>(area.unmap(place.offset, request.bytes));
      return error;
    }
  }
  return static_cast<int64_t>(address);
}

/// The place of a call on existing mappings: whole pages of one space. error: for a range outside all spaces.
int64_t take_range(Task& task, uint64_t address, uint64_t& bytes, int64_t outside, ProgramMemory::Place& place) {
  if (address & asx::kPageMask) return kEinval;
  if (bytes > kHighestOffset) return outside;
  bytes = page_ceiling(bytes);
  place = task.memory->find(address, bytes);
  return place.area == nullptr ? outside : 0;
}

struct Remap {
  uint64_t old_bytes, new_bytes, flags, new_address;
};

/// Moves a mapping to a place that is free, then lets it grow there.
int64_t move_mapping(Area& area, uint64_t from, uint64_t to, const Remap& remap) {
  const uint64_t moved = remap.old_bytes < remap.new_bytes ? remap.old_bytes : remap.new_bytes;
  const uint64_t protection = area.ranges().find(from)->protection;
  if (const int64_t error = area.move(from, to, moved); error < 0) return error;
  if (remap.new_bytes > moved)
    if (const int64_t error = area.map(to + moved, remap.new_bytes - moved, protection); error < 0) return error;
  if (remap.old_bytes > moved)
    if (const int64_t error = area.unmap(from + moved, remap.old_bytes - moved); error < 0) return error;
  return static_cast<int64_t>(area.program_address(to));
}

int64_t remap_to(Task& task, const ProgramMemory::Place& place, const Remap& remap) {
  const ProgramMemory::Place target = task.memory->find(remap.new_address, remap.new_bytes);
  if ((remap.new_address & asx::kPageMask) || target.area != place.area) return kEinval;
  const uint64_t end = place.offset + remap.old_bytes, target_end = target.offset + remap.new_bytes;
  if (target.offset < end && place.offset < target_end) return kEinval;
  if (const int64_t error = target.area->unmap(target.offset, remap.new_bytes); error < 0) return error;
  return move_mapping(*place.area, place.offset, target.offset, remap);
}

int64_t remap(Task& task, const ProgramMemory::Place& place, const Remap& remap) {
  Area& area = *place.area;
  const uint64_t old_end = place.offset + remap.old_bytes, new_end = place.offset + remap.new_bytes;
  const Range* range = area.ranges().find(place.offset);
  if (range == nullptr || range->end < old_end) return kEfault;
  if (remap.flags & kRemapFixed) return remap_to(task, place, remap);
  if (new_end <= old_end) {
    const int64_t error = new_end == old_end ? 0 : area.unmap(new_end, old_end - new_end);
    return error < 0 ? error : static_cast<int64_t>(area.program_address(place.offset));
  }
  if (new_end <= kMapEnd && area.ranges().is_free(old_end, new_end)) {
    const int64_t error = area.map(old_end, new_end - old_end, range->protection);
    return error < 0 ? error : static_cast<int64_t>(area.program_address(place.offset));
  }
  if ((remap.flags & kRemapMayMove) == 0) return kEnomem;
  const uint64_t to = area.ranges().find_free(remap.new_bytes, kMapBase, kMapEnd);
  return to == 0 ? kEnomem : move_mapping(area, place.offset, to, remap);
}

}  // namespace

int64_t sys_brk(Task& task, const Arguments& a) {
  return static_cast<int64_t>(task.memory->set_break(a[0]));
}
int64_t sys_mmap(Task& task, const Arguments& a) {
  return map(task, {a[0], a[1], a[2], a[3], a[4], a[5]});
}

int64_t sys_munmap(Task& task, const Arguments& a) {
  uint64_t bytes = a[1];
  ProgramMemory::Place place;
  if (const int64_t error = take_range(task, a[0], bytes, kEinval, place); error < 0) return error;
  return bytes == 0 ? kEinval : place.area->unmap(place.offset, bytes);
}

int64_t sys_mprotect(Task& task, const Arguments& a) {
  uint64_t bytes = a[1];
  ProgramMemory::Place place;
  if (a[2] & ~(kProtectionBits | kProtGrowsDown | kProtGrowsUp)) return kEinval;
  if (bytes == 0) return a[0] & asx::kPageMask ? kEinval : 0;
  if (const int64_t error = take_range(task, a[0], bytes, kEnomem, place); error < 0) return error;
  if ((a[2] & kProtExecute) && place.area != &task.memory->image) return kEacces;
  return place.area->protect(place.offset, bytes, a[2] & kProtectionBits);
}

int64_t sys_mremap(Task& task, const Arguments& a) {
  uint64_t old_bytes = a[1];
  if (a[3] & ~uint64_t{kRemapMayMove | kRemapFixed}) return kEinval;
  if ((a[3] & kRemapFixed) && (a[3] & kRemapMayMove) == 0) return kEinval;
  if (a[2] == 0 || a[2] > kHighestOffset) return kEinval;
  ProgramMemory::Place place;
  if (const int64_t error = take_range(task, a[0], old_bytes, kEfault, place); error < 0) return error;
  if (old_bytes == 0) return kEinval;  // Linux would double a shared mapping
  return remap(task, place, {old_bytes, page_ceiling(a[2]), a[3], a[4]});
}

int64_t sys_madvise(Task& task, const Arguments& a) {
  uint64_t bytes = a[1];
  ProgramMemory::Place place;
  if (const int64_t error = take_range(task, a[0], bytes, kEnomem, place); error < 0) return error;
  switch (a.word(2)) {
    case kAdviseDontNeed:
    case kAdviseFree: {
      const bool mapped = place.area->ranges().is_mapped(place.offset, place.offset + bytes);
      const int64_t error = place.area->make_zero(place.offset, bytes);
      return error < 0 ? error : mapped ? 0 : kEnomem;
    }
    case kAdviseNormal:
    case kAdviseRandom:
    case kAdviseSequential:
    case kAdviseWillNeed:
    case kAdviseDontFork:
    case kAdviseDoFork:
    case kAdviseMergeable:
    case kAdviseUnmergeable:
    case kAdviseHugePage:
    case kAdviseNoHugePage:
    case kAdviseDontDump:
    case kAdviseDoDump:
    case kAdviseCold:
    case kAdvisePageOut:
    case kAdvisePopulateRead:
    case kAdvisePopulateWrite:
      return place.area->ranges().is_mapped(place.offset, place.offset + bytes) ? 0 : kEnomem;
    default:
      return kEinval;
  }
}

int64_t sys_msync(Task& task, const Arguments& a) {
  constexpr uint64_t kAsynchronousSync = 1, kInvalidate = 2, kSynchronousSync = 4;
  uint64_t bytes = a[1];
  ProgramMemory::Place place;
  if (a[2] & ~(kAsynchronousSync | kInvalidate | kSynchronousSync)) return kEinval;
  if ((a[2] & kAsynchronousSync) && (a[2] & kSynchronousSync)) return kEinval;
  if (const int64_t error = take_range(task, a[0], bytes, kEnomem, place); error < 0) return error;
  return place.area->ranges().is_mapped(place.offset, place.offset + bytes) ? 0 : kEnomem;
}

/// Every mapped page counts as resident: nothing is ever paged out.
int64_t sys_mincore(Task& task, const Arguments& a) {
  uint64_t bytes = a[1];
  ProgramMemory::Place place;
  if (const int64_t error = take_range(task, a[0], bytes, kEnomem, place); error < 0) return error;
  if (!place.area->ranges().is_mapped(place.offset, place.offset + bytes)) return kEnomem;
  constexpr uint8_t kResident = 1;
  for (uint64_t page = 0; page < bytes / asx::kPageSize; page++)
    if (!write_out(a[2] + page, kResident)) return kEfault;
  return 0;
}

}  // namespace hop::personality
