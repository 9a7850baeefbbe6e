// SPDX-License-Identifier: GPL-2.0-or-later
// The memory of a space. Regions say what is mapped and with which rights; a leaf of the page table says which frame
// a page has, if it was ever touched, and carries the region's rights for the hardware.
#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/bytes.h"
#include "kernel/memory/leaf.h"
#include "kernel/object/space.h"

namespace kernel {

namespace {

using asx::kPageSize;

constexpr uint64_t kPagesAhead = 8;
constexpr uint64_t kTableSpan = 512 * kPageSize;  ///< what one table of leaves covers

}  // namespace

bool is_range(uint64_t start, uint64_t length) {
  return length != 0 && ((start | length) & asx::kPageMask) == 0 && start < kSpaceLimit &&
         length <= kSpaceLimit - start;
}

void Space::release_pages(Range range) {
  pages_.clear(range.start, range.end, [this](uint64_t, uint64_t leaf) {
    if ((leaf & kPageDevice) != 0) return;
    frames().release(frame_of(leaf));
    account_.refund(kPageSize);
  });
}

/// Puts a leaf where there is none; its frame is charged, whoever has it, too.
Status Space::add_page(uint64_t offset, uint64_t leaf) {
  Status status = account_.charge(kPageSize);
  if (status != Status::Ok) return status;
  status = pages_.set(offset, leaf);
  if (status != Status::Ok) account_.refund(kPageSize);
  return status;
}

Status Space::map(Range range, uint64_t protection, RegionKind kind) {
  if (!regions_.is_free(range.start, range.end)) return Status::Invalid;
  const Status status = regions_.add(range.start, range.end, protection, kind);
  if (status == Status::Ok) regions_.settle(range.start, range.end);
  return status;
}

/// Takes a range back that regions_.add has just added.
Status Space::undo(Range range, Status reason) {
  release_pages(range);
  const Status undone = regions_.remove(range.start, range.end);
  HOP_ASSERT(undone == Status::Ok);
  return reason;
}

Status Space::unmap(Range range) {
  if (const Status status = regions_.remove(range.start, range.end); status != Status::Ok) return status;
  release_pages(range);
  cpu::invalidate(id_);
  return Status::Ok;
}

Status Space::discard(Range range) {
  for (uint64_t offset = range.start; offset < range.end;) {
    const Region* region = regions_.find(offset);
    if (region == nullptr) return Status::NotFound;
    if (region->kind == RegionKind::Device) return Status::Invalid;
    offset = region->end;
  }
  release_pages(range);
  cpu::invalidate(id_);
  return Status::Ok;
}

Status Space::protect(Range range, uint64_t protection) {
  if (!regions_.is_covered(range.start, range.end)) return Status::NotFound;
  const Status status = regions_.protect(range.start, range.end, protection);
  if (status != Status::Ok) return status;
  pages_.for_each(range.start, range.end, [&](uint64_t, uint64_t& leaf) { leaf = with_rights(leaf, protection); });
  cpu::invalidate(id_);
  return Status::Ok;
}

/// Gives an untouched page a zero frame.
Status Space::populate(uint64_t offset, uint64_t protection) {
  const Result<PhysicalAddress> frame = frames().allocate_zeroed();
  if (!frame) return frame.status();
  const Status status = add_page(offset, leaf_of(frame.value(), 0, protection));
  if (status != Status::Ok) frames().release(frame.value());
  return status;
}

/// A page whose predecessor has a frame is likely the next of many: gives frames to some that follow it, too. Those
/// that get none are not missed.
void Space::populate_ahead(uint64_t offset, const Region& region) {
  const uint64_t page = offset & ~asx::kPageMask;
  if (page == region.start || page % kTableSpan == 0 || pages_.find(page)[-1] == 0) return;
  uint64_t end = page + kPagesAhead * kPageSize;
  if (end > region.end) end = region.end;
  for (uint64_t next = page + kPageSize; next < end && next % kTableSpan != 0; next += kPageSize) {
    if (*pages_.find(next) != 0 || populate(next, region.protection) != Status::Ok) return;
  }
}

/// A page that is copied at the first write gets a frame of its own: a copy, or the frame itself when nobody else has
/// it any more.
Status Space::make_private(uint64_t& leaf, uint64_t protection) {
  if (frames().is_unshared(frame_of(leaf))) {
    leaf = leaf_of(frame_of(leaf), 0, protection);
    cpu::invalidate(id_);
    return Status::Ok;
  }
  const Result<PhysicalAddress> copy = frames().allocate();
  if (!copy) return copy.status();
  copy_blocks(at<void>(copy.value()), at<void>(frame_of(leaf)), kPageSize);
  frames().release(frame_of(leaf));
  leaf = leaf_of(copy.value(), 0, protection);
  cpu::invalidate(id_);
  return Status::Ok;
}

Result<PhysicalAddress> Space::frame(uint64_t offset) {
  const Region* region = regions_.find(offset);
  if (region == nullptr) return Status::NotFound;
  uint64_t* leaf = pages_.find(offset);
  if (leaf == nullptr || *leaf == 0) {
    if (region->kind == RegionKind::Paged) return Status::TryAgain;
    if (const Status status = populate(offset & ~asx::kPageMask, region->protection); status != Status::Ok)
      return status;
    leaf = pages_.find(offset);
  }
  return frame_of(*leaf);
}

Demand Space::demand(uint64_t offset, hop::Protection access) {
  const Region* region = regions_.find(offset);
  if (region == nullptr || region->protection == hop::kProtectNone) return Demand::Forbidden;
  if (access != hop::kProtectRead && (region->protection & access) == 0) return Demand::Forbidden;
  uint64_t* leaf = pages_.find(offset);
  const bool is_there = leaf != nullptr && *leaf != 0;
  const bool is_write = access == hop::kProtectWrite;
  Status status = Status::Ok;
  if (is_there ? is_write && (*leaf & kPageReadOnly) != 0 : region->kind == RegionKind::Paged) return Demand::AskPager;
  if (!is_there) {
    status = populate(offset & ~asx::kPageMask, region->protection);
    if (status == Status::Ok) populate_ahead(offset, *region);
  } else if (is_write && (*leaf & kPageCopyOnWrite) != 0) {
    status = make_private(*leaf, region->protection);
  } else {
    cpu::invalidate(id_);  // the page is there by now: the fault came from a translation out of date
  }
  return status == Status::Ok ? Demand::Settled : Demand::OutOfMemory;
}

Status Space::move(Range range, uint64_t start) {
  const Range target{start, start + range.length()};
  if (!regions_.is_covered(range.start, range.end)) return Status::NotFound;
  if (!regions_.is_free(target.start, target.end)) return Status::Invalid;
  // First everything that may fail: the new place gets regions and the same leaves. Then the old one loses its own.
  Status status = Status::Ok;
  for (uint64_t offset = range.start; offset < range.end && status == Status::Ok;) {
    const Region& region = *regions_.find(offset);
    const uint64_t end = region.end < range.end ? region.end : range.end;
    status = regions_.add(offset - range.start + start, end - range.start + start, region.protection, region.kind);
    offset = end;
  }
  pages_.for_each(range.start, range.end, [&](uint64_t offset, uint64_t leaf) {
    if (status == Status::Ok) status = pages_.set(offset - range.start + start, leaf);
  });
  if (status == Status::Ok) status = regions_.remove(range.start, range.end);
  const Range& gone = status == Status::Ok ? range : target;
  pages_.clear(gone.start, gone.end, [](uint64_t, uint64_t) {});
  cpu::invalidate(id_);
  if (status != Status::Ok) return undo(target, status);
  regions_.settle(target.start, target.end);
  return Status::Ok;
}

Status Space::map_device(uint64_t start, PhysicalAddress page) {
  const uint64_t protection = hop::kProtectRead | hop::kProtectWrite;
  if (!regions_.is_free(start, start + kPageSize)) return Status::Invalid;
  Status status = regions_.add(start, start + kPageSize, protection, RegionKind::Device);
  if (status != Status::Ok) return status;
  status = pages_.set(start, leaf_of(page, kPageDevice, protection));
  if (status != Status::Ok) return undo({start, start + kPageSize}, status);
  regions_.settle(start, start + kPageSize);
  descriptor().flags |= asx::kSpaceIo;
  cpu::invalidate(id_);
  return Status::Ok;
}

Status Space::map_foreign(Range range, PhysicalAddress first, uint64_t protection) {
  if (!regions_.is_free(range.start, range.end)) return Status::Invalid;
  Status status = regions_.add(range.start, range.end, protection, RegionKind::Memory);
  if (status != Status::Ok) return status;
  for (uint64_t done = 0; done < range.length(); done += kPageSize) {
    status = add_page(range.start + done, leaf_of(first + done, kPageCopyOnWrite, protection));
    if (status != Status::Ok) return undo(range, status);
    frames().reference(first + done);
  }
  regions_.settle(range.start, range.end);
  return Status::Ok;
}

}  // namespace kernel
