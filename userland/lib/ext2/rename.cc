// SPDX-License-Identifier: GPL-2.0-or-later
// Renaming. The new name first, then the old one goes: also on the disk.
#include "userland/lib/ext2/volume.h"
#include "userland/runtime/memory.h"

namespace hop::ext2 {

struct Volume::Renaming {
  InodeHandle from, to;  ///< directories
  Name from_name, to_name;
  InodeHandle moved;
  InodeHandle replaced;  ///< number 0: the new name is free
  Found source, target;  ///< where the names are
  Slot slot;             ///< where the new one goes, if it is free
  [[nodiscard]] bool has_target() const { return replaced.number != 0; }
  [[nodiscard]] bool moves_directory() const { return moved.is_directory() && from.number != to.number; }
};

Status Volume::check_rename(Renaming& r, bool replaces) {
  if (const Status status = find(r.from, r.from_name, r.source); status != Status::Ok) return status;
  if (r.to_name.length > kMaximumName) return Status::NameTooLong;
  if (const Status status = load(r.source.inode, r.moved); status != Status::Ok) return status;
  if (r.moved.number == kRootInode || links_of(r.moved) == 0) return Status::InputOutput;
  const Status found = find(r.to, r.to_name, r.target);
  if (found != Status::Ok && found != Status::NotFound) return found;
  if (found == Status::Ok) {
    if (!replaces) return Status::Exists;
    if (const Status status = load(r.target.inode, r.replaced); status != Status::Ok) return status;
    if (r.replaced.number == kRootInode || links_of(r.replaced) == 0) return Status::InputOutput;
  }
  if (r.moved.is_directory()) {
    bool within = false;
    if (const Status status = is_within(r.to.number, r.moved.number, within); status != Status::Ok) return status;
    if (within) return Status::Invalid;
  }
  const uint32_t flags = r.moved.raw->flags | r.from.raw->flags | (r.has_target() ? r.replaced.raw->flags : 0);
  if ((flags & (kInodeImmutable | kInodeAppendOnly)) != 0 || (r.to.raw->flags & kInodeImmutable) != 0)
    return Status::NotPermitted;
  if (r.has_target()) {
    bool within = false;
    if (r.replaced.is_directory()) {
      const Status status = is_within(r.from.number, r.replaced.number, within);
      if (status != Status::Ok) return status;
    }
    if (within) return Status::NotEmpty;
    if (r.replaced.number == r.moved.number) return Status::Ok;
    if (r.moved.is_directory() && !r.replaced.is_directory()) return Status::NotDirectory;
    if (!r.moved.is_directory() && r.replaced.is_directory()) return Status::IsDirectory;
    bool empty = true;
    if (r.replaced.is_directory()) {
      if (const Status status = is_empty(r.replaced, empty); status != Status::Ok) return status;
    }
    if (!empty) return Status::NotEmpty;
    if (r.replaced.is_directory() && r.to.raw->links < 2) return Status::InputOutput;
    return reserve_used();
  }
  if (links_of(r.to) == 0) return Status::NotFound;
  if (r.moves_directory() && r.to.raw->links >= kMaximumLinks) return Status::TooManyLinks;
  if (const Status status = find_slot(r.to, r.to_name, r.slot); status != Status::Ok) return status;
  return need(r.slot.new_blocks, 0);
}

/// The block that loses the old name is to be written after the one that gets the new one. If what waits to be written
/// already wants it otherwise, everything is written first.
Status Volume::order_rename(Renaming& r) {
  const uint32_t block = r.has_target() ? r.target.block.number() : r.slot.block ? r.slot.block.number() : 0;
  const uint32_t old_block = r.source.block.number();
  bool is_ordered = block == 0 || order_.put_after(old_block, block);
  const WriteOrder::Addition name = {r.moved.number, block == 0 ? old_block : block, r.to.number};
  if (const Status status = order_after_name(r.moved.number, old_block, name, is_ordered); status != Status::Ok)
    return status;
  if (r.has_target() && r.replaced.is_directory()) {
    if (const Status status = order_after_contents(r.replaced, block, is_ordered); status != Status::Ok) return status;
  }
  if (is_ordered && order_.has_edge_room()) return Status::Ok;
  if (const Status status = commit(); status != Status::Ok) return status;
  // nothing waits any more, so there is room and no circle
  if (block != 0 && !order_.put_after(old_block, block)) return Status::InputOutput;
  return Status::Ok;
}

Status Volume::apply_rename(Renaming& r) {
  uint32_t block = 0;
  if (r.has_target()) {
    block = r.target.block.number();
    auto* entry = r.target.block.at<DirectoryEntry>(r.target.offset);
    fill_entry(*entry, r.to_name, r.moved.number, r.moved.type());
    r.target.block.mark(Kind::Directory);
    touch(r.to, true);
    if (r.replaced.is_directory()) --r.to.raw->links;
    drop_link(r.replaced);
  } else {
    if (const Status status = put_entry(r.to, r.slot, r.to_name, r.moved); status != Status::Ok) return status;
    block = r.slot.block.number();
    if (!order_.put_after(r.source.block.number(), block)) return Status::InputOutput;
  }
  order_.add_name({r.moved.number, block, r.to.number});

  // the new name may have changed the records around the old one
  if (const Status status = find(r.from, r.from_name, r.source); status != Status::Ok) return Status::InputOutput;
  remove_entry(r.source);
  touch(r.from, true);
  touch(r.moved, false);
  if (!r.moves_directory()) return Status::Ok;
  Found up;
  if (const Status status = find(r.moved, {"..", 2}, up); status != Status::Ok) return Status::InputOutput;
  up.block.at<DirectoryEntry>(up.offset)->inode = r.to.number;
  up.block.mark(Kind::Directory);
  --r.from.raw->links;
  ++r.to.raw->links;
  return Status::Ok;
}

Status Volume::rename(uint32_t from, const Name& from_name, uint32_t to, const Name& to_name, bool replaces) {
  if (const Status status = begin(); status != Status::Ok) return status;
  Renaming r;
  r.from_name = from_name;
  r.to_name = to_name;
  if (is_reserved(from_name) || is_reserved(to_name)) return Status::Busy;
  if (const Status status = load_directory(from, r.from); status != Status::Ok) return status;
  if (const Status status = load_directory(to, r.to); status != Status::Ok) return status;
  if (const Status status = check_rename(r, replaces); status != Status::Ok) return status;
  if (r.replaced.number == r.moved.number) return Status::Ok;
  if (const Status status = order_rename(r); status != Status::Ok) return status;
  return finish(apply_rename(r));
}

}  // namespace hop::ext2
