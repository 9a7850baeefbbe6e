// SPDX-License-Identifier: GPL-2.0-or-later
// Pages that one space gets from another: shared, copied, supplied by a pager.
//
// A leaf marked kPageCopyOnWrite says: nobody writes this frame as long as it has other users. So such a page is made
// private before it is shared with somebody who may write, and a frame that somebody may write elsewhere is copied at
// once.
#include "kernel/arch/cpu.h"
#include "kernel/lib/bytes.h"
#include "kernel/memory/leaf.h"
#include "kernel/object/space.h"

namespace kernel {

using asx::kPageSize;

/// The leaf of a page that shall have a further user, given a frame if need be. Invalid: device registers. TryAgain:
/// only the pager has the page, or may let it be written.
Result<uint64_t> Space::shared_leaf(uint64_t offset, bool is_for_writer) {
  const Region& region = *regions_.find(offset);
  if (region.kind == RegionKind::Device) return Status::Invalid;
  if (const Status status = frame(offset).status(); status != Status::Ok) return status;
  uint64_t& leaf = *pages_.find(offset);
  if (is_for_writer && (leaf & kPageReadOnly) != 0) return Status::TryAgain;
  const bool has_writer = is_for_writer || (region.protection & hop::kProtectWrite) != 0;
  if ((leaf & kPageCopyOnWrite) != 0 && has_writer) {
    if (const Status status = make_private(leaf, region.protection); status != Status::Ok) return status;
  }
  return leaf;
}

Status Space::share_from(Space& source, Range source_range, uint64_t start, uint64_t protection) {
  const Range range{start, start + source_range.length()};
  if (!source.regions_.is_covered(source_range.start, source_range.end)) return Status::NotFound;
  if (!regions_.is_free(range.start, range.end)) return Status::Invalid;
  Status status = regions_.add(range.start, range.end, protection, RegionKind::Memory);
  if (status != Status::Ok) return status;
  const bool is_for_writer = (protection & hop::kProtectWrite) != 0;
  for (uint64_t done = 0; done < range.length() && status == Status::Ok; done += kPageSize) {
    const Result<uint64_t> leaf = source.shared_leaf(source_range.start + done, is_for_writer);
    status = leaf.status();
    if (status != Status::Ok) break;
    const PhysicalAddress frame = frame_of(leaf.value());
    status = add_page(start + done, leaf_of(frame, leaf.value() & kPageCopyOnWrite, protection));
    if (status == Status::Ok) frames().reference(frame);
  }
  if (status != Status::Ok) return undo(range, status);
  regions_.settle(range.start, range.end);
  return Status::Ok;
}

/// Gives the target a page with the same contents as the leaf here has, and which stays so whatever is written to
/// either.
Status Space::copy_page(uint64_t& leaf, Space& target, uint64_t offset, uint64_t protection) {
  const PhysicalAddress own = frame_of(leaf);
  const bool is_shared_now = (leaf & kPageCopyOnWrite) == 0 && !frames().is_unshared(own);
  if (is_shared_now) {
    const Result<PhysicalAddress> copy = frames().allocate();
    if (!copy) return copy.status();
    copy_blocks(at<void>(copy.value()), at<void>(own), kPageSize);
    const Status status = target.add_page(offset, leaf_of(copy.value(), 0, protection));
    if (status != Status::Ok) frames().release(copy.value());
    return status;
  }
  const Status status = target.add_page(offset, leaf_of(own, kPageCopyOnWrite, protection));
  if (status != Status::Ok) return status;
  frames().reference(own);
  leaf = (leaf | kPageCopyOnWrite) & ~uint64_t{asx::kPteWrite};
  return Status::Ok;
}

Status Space::copy_from(Space& source, Range source_range, uint64_t start) {
  const Range range{start, start + source_range.length()};
  if (!source.regions_.is_covered(source_range.start, source_range.end)) return Status::NotFound;
  if (!regions_.is_free(range.start, range.end)) return Status::Invalid;
  const auto target_of = [&](uint64_t offset) { return offset - source_range.start + start; };
  Status status = Status::Ok;
  for (uint64_t offset = source_range.start; offset < source_range.end && status == Status::Ok;) {
    const Region& region = *source.regions_.find(offset);
    const uint64_t end = region.end < source_range.end ? region.end : source_range.end;
    status = region.kind == RegionKind::Device
                 ? Status::Invalid
                 : regions_.add(target_of(offset), target_of(end), region.protection, region.kind);
    offset = end;
  }
  source.pages_.for_each(source_range.start, source_range.end, [&](uint64_t offset, uint64_t& leaf) {
    if (status != Status::Ok) return;
    status = source.copy_page(leaf, *this, target_of(offset), regions_.find(target_of(offset))->protection);
  });
  cpu::invalidate(source.id_);
  if (status != Status::Ok) return undo(range, status);
  regions_.settle(range.start, range.end);
  return Status::Ok;
}

/// A page that is there already and was given for reading is given anew; another one stays (Exists), unless it is the
/// same frame.
Status Space::supply_page(Space& source, uint64_t from, uint64_t offset, hop::Supply mode) {
  const Region* region = regions_.find(offset);
  const Region* source_region = source.regions_.find(from);
  if (region == nullptr || source_region == nullptr) return Status::NotFound;
  if (region->kind != RegionKind::Paged || source_region->kind == RegionKind::Device) return Status::Invalid;
  // Who reads a page now may write it later, and then all who have it shall see that: it cannot be one that is copied.
  const bool is_copy = mode == hop::Supply::Copy;
  const Status ready = is_copy ? source.frame(from).status() : source.shared_leaf(from, true).status();
  if (ready != Status::Ok) return ready;
  uint64_t& given = *source.pages_.find(from);
  uint64_t* own = pages_.find(offset);
  const uint64_t old = own == nullptr ? 0 : *own;
  const bool is_same = frame_of(old).value == frame_of(given).value;
  if (old != 0 && (old & kPageReadOnly) == 0 && (is_copy || !is_same)) return Status::Exists;
  if (old != 0) release_pages({offset, offset + kPageSize});
  Status status = Status::Ok;
  if (is_copy) {
    status = source.copy_page(given, *this, offset, region->protection);
    cpu::invalidate(source.id_);
  } else {
    const uint64_t flags = mode == hop::Supply::Read ? uint64_t{kPageReadOnly} : 0;
    status = add_page(offset, leaf_of(frame_of(given), flags, region->protection));
    if (status == Status::Ok) frames().reference(frame_of(given));
  }
  if (old != 0) cpu::invalidate(id_);
  return status;
}

Result<uint64_t> Space::supply_from(Space& source, Range source_range, uint64_t start, hop::Supply mode) {
  for (uint64_t done = 0; done < source_range.length(); done += kPageSize) {
    const Status status = supply_page(source, source_range.start + done, start + done, mode);
    if (status == Status::Ok) continue;
    if (done == 0) return status;
    return done;
  }
  return source_range.length();
}

}  // namespace kernel
