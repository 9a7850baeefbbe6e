// SPDX-License-Identifier: GPL-2.0-or-later
// Making, linking and removing files.
#include "userland/lib/ext2/volume.h"
#include "userland/runtime/memory.h"

namespace hop::ext2 {

namespace {

/// Device numbers as Linux writes them: those of 8 and 8 bits first, others second.
void store_device(Inode& inode, uint64_t rdev) {
  const auto device = static_cast<uint32_t>(rdev);
  inode.block[device <= 0xffff ? 0 : 1] = device;
}

}  // namespace

Status Volume::lookup(uint32_t number, const Name& name, uint32_t& inode) {
  InodeHandle directory;
  if (const Status status = load_directory(number, directory); status != Status::Ok) return status;
  if (name.length > kMaximumName) return Status::NameTooLong;
  Found found;
  const Status status = find(directory, name, found);
  inode = found.inode;
  return status;
}

/// The name is free, and here is its place.
Status Volume::check_new(InodeHandle& directory, const Name& name, Slot& slot) {
  if (name.length > kMaximumName) return Status::NameTooLong;
  if (is_reserved(name)) return Status::Exists;
  Found found;
  if (const Status status = find(directory, name, found); status != Status::NotFound)
    return status == Status::Ok ? Status::Exists : status;
  if (links_of(directory) == 0) return Status::NotFound;
  if ((directory.raw->flags & kInodeImmutable) != 0) return Status::NotPermitted;
  return find_slot(directory, name, slot);
}

Status Volume::make_named(uint32_t directory, const Name& name, uint32_t mode, uint32_t extra_blocks,
                          InodeHandle& parent, InodeHandle& made) {
  if (const Status status = begin(); status != Status::Ok) return status;
  if (const Status status = load_directory(directory, parent); status != Status::Ok) return status;
  Slot slot;
  if (const Status status = check_new(parent, name, slot); status != Status::Ok) return status;
  const bool is_directory = (mode & kTypeMask) == kTypeDirectory;
  if (is_directory && parent.raw->links >= kMaximumLinks) return Status::TooManyLinks;
  if (const Status status = need(slot.new_blocks + extra_blocks, 1); status != Status::Ok) return status;
  const bool inherits_group = (parent.raw->mode & kSetGroupMask) != 0;  // as from every directory of Linux
  if (inherits_group && is_directory) mode |= kSetGroupMask;
  if (const Status status = new_inode(directory, mode, made); status != Status::Ok) return finish(status);
  if (inherits_group) {
    made.raw->gid = parent.raw->gid;
    made.raw->gid_high = parent.raw->gid_high;
  }
  if (const Status status = put_entry(parent, slot, name, made); status != Status::Ok) return finish(status);
  if (is_directory) {
    order_.add_name({made.number, slot.block.number(), directory});
    ++parent.raw->links;
  }
  return Status::Ok;
}

Status Volume::make(uint32_t directory, const Name& name, uint32_t mode, uint64_t rdev, uint32_t& inode) {
  InodeHandle parent, made;
  const uint32_t type = mode & kTypeMask;
  const uint32_t blocks = type == kTypeDirectory ? 1 : 0;
  if (const Status status = make_named(directory, name, mode, blocks, parent, made); status != Status::Ok)
    return status;
  inode = made.number;
  if (type == kTypeCharacter || type == kTypeBlock) store_device(*made.raw, rdev);
  return type == kTypeDirectory ? finish(start_directory(made, directory)) : Status::Ok;
}

Status Volume::make_link(uint32_t directory, const Name& name, const char* target, uint64_t length, uint32_t& inode) {
  if (length == 0) return Status::NotFound;
  if (length >= layout_.block_size) return Status::NameTooLong;
  const bool is_short = length < kFastLinkSize;
  InodeHandle parent, made;
  const Status status = make_named(directory, name, kTypeLink | 0777, is_short ? 0 : 1, parent, made);
  if (status != Status::Ok) return status;
  inode = made.number;
  Block block;
  void* to = made.raw->block;
  if (!is_short) {
    if (const Status mapped = map_new(made, 0, Kind::Data, block); mapped != Status::Ok) return finish(mapped);
    to = block.bytes();
  }
  memcpy(to, target, length);
  return finish(set_size(made, length));
}

int64_t Volume::read_link(uint32_t inode, char* buffer, uint64_t capacity) {
  InodeHandle handle;
  if (const Status status = load(inode, handle); status != Status::Ok) return static_cast<int64_t>(status);
  if (handle.type() != kTypeLink) return static_cast<int64_t>(Status::Invalid);
  const uint32_t attribute_sectors = handle.raw->attribute_block != 0 ? layout_.sectors_per_block() : 0;
  const bool is_short = handle.raw->sectors == attribute_sectors;
  const uint64_t length = handle.raw->size;
  if (length == 0 || length >= (is_short ? kFastLinkSize : layout_.block_size))
    return static_cast<int64_t>(Status::InputOutput);
  Block block;
  const void* from = handle.raw->block;
  if (!is_short) {
    if (!allocator_.is_file_block(handle.raw->block[0])) return static_cast<int64_t>(Status::InputOutput);
    const Status status = cache_.get(handle.raw->block[0], block);
    if (status != Status::Ok) return static_cast<int64_t>(status);
    from = block.bytes();
  }
  const uint64_t count = length < capacity ? length : capacity;
  memcpy(buffer, from, count);
  return static_cast<int64_t>(count);
}

Status Volume::link(uint32_t inode, uint32_t directory, const Name& name) {
  if (const Status status = begin(); status != Status::Ok) return status;
  InodeHandle parent, handle;
  if (const Status status = load_directory(directory, parent); status != Status::Ok) return status;
  if (const Status status = load(inode, handle); status != Status::Ok) return status;
  Slot slot;
  if (const Status status = check_new(parent, name, slot); status != Status::Ok) return status;
  if (handle.is_directory() || (handle.raw->flags & (kInodeImmutable | kInodeAppendOnly)) != 0)
    return Status::NotPermitted;
  if (links_of(handle) == 0) return Status::NotFound;
  if (handle.raw->links >= kMaximumLinks) return Status::TooManyLinks;
  if (const Status status = need(slot.new_blocks, 0); status != Status::Ok) return status;
  if (const Status status = put_entry(parent, slot, name, handle); status != Status::Ok) return finish(status);
  order_.add_name({inode, slot.block.number(), directory});
  ++handle.raw->links;
  touch(handle, false);
  return Status::Ok;
}

/// The inode has lost a name; there is room to note that it was the last.
void Volume::drop_link(InodeHandle& handle) {
  if (handle.is_directory() || handle.raw->links == 1) {
    make_used(handle.number).is_orphan = true;
  } else {
    --handle.raw->links;
  }
  touch(handle, false);
}

/// `block` loses a name of the inode: it is to be written after the block with that new name, and after those with the
/// new names of the directories that lead there.
Status Volume::order_after_name(uint32_t inode, uint32_t block, const WriteOrder::Addition& name, bool& is_ordered) {
  if (name.inode != inode) return Status::Ok;
  is_ordered = is_ordered && order_.put_after(block, name.block);
  uint32_t depth = 0;
  for (uint32_t above = name.directory; above != kRootInode && is_ordered; ++depth) {
    if (depth == kMaximumDepth) return Status::InputOutput;
    for (uint32_t i = 0; i < order_.size(); ++i) {
      if (order_[i].inode == above) is_ordered = is_ordered && order_.put_after(block, order_[i].block);
    }
    if (const Status status = parent_of(above, above); status != Status::Ok) return status;
  }
  return Status::Ok;
}

Status Volume::order_removal(uint32_t inode, uint32_t block, bool& is_ordered) {
  is_ordered = true;
  for (uint32_t i = 0; i < order_.size(); ++i) {
    if (const Status status = order_after_name(inode, block, order_[i], is_ordered); status != Status::Ok)
      return status;
  }
  return Status::Ok;
}

/// `block` loses the name of this empty directory: it is to be written after the blocks of the directory, which in turn
/// wait for the new names of what was in it.
Status Volume::order_after_contents(InodeHandle& directory, uint32_t block, bool& is_ordered) {
  const uint64_t blocks = directory.raw->size / layout_.block_size;
  for (uint64_t index = 0; index < blocks && is_ordered; ++index) {
    uint32_t number = 0;
    if (const Status status = map(directory, index, number); status != Status::Ok) return status;
    if (cache_.is_dirty_directory(number)) is_ordered = order_.put_after(block, number);
  }
  return Status::Ok;
}

Status Volume::unlink(uint32_t directory, const Name& name) {
  if (const Status status = begin(); status != Status::Ok) return status;
  InodeHandle parent, handle;
  if (const Status status = load_directory(directory, parent); status != Status::Ok) return status;
  Found found;
  if (const Status status = find(parent, name, found); status != Status::Ok) return status;
  if (const Status status = load(found.inode, handle); status != Status::Ok) return status;
  if (handle.is_directory()) return Status::IsDirectory;
  if (((handle.raw->flags | parent.raw->flags) & (kInodeImmutable | kInodeAppendOnly)) != 0)
    return Status::NotPermitted;
  if (links_of(handle) == 0) return Status::InputOutput;
  if (const Status status = reserve_used(); status != Status::Ok) return status;
  bool is_ordered = true;
  if (const Status status = order_removal(handle.number, found.block.number(), is_ordered); status != Status::Ok)
    return status;
  if (!is_ordered) {
    if (const Status status = commit(); status != Status::Ok) return status;
  }
  remove_entry(found);
  touch(parent, true);
  drop_link(handle);
  return Status::Ok;
}

Status Volume::remove_directory(uint32_t directory, const Name& name) {
  if (const Status status = begin(); status != Status::Ok) return status;
  InodeHandle parent, handle;
  if (const Status status = load_directory(directory, parent); status != Status::Ok) return status;
  if (is_reserved(name)) return Status::Invalid;
  Found found;
  if (const Status status = find(parent, name, found); status != Status::Ok) return status;
  if (const Status status = load_directory(found.inode, handle); status != Status::Ok) return status;
  if (((handle.raw->flags | parent.raw->flags) & (kInodeImmutable | kInodeAppendOnly)) != 0)
    return Status::NotPermitted;
  bool empty = false;
  if (const Status status = is_empty(handle, empty); status != Status::Ok) return status;
  if (!empty) return Status::NotEmpty;
  if (links_of(handle) == 0 || handle.number == kRootInode || parent.raw->links < 2) return Status::InputOutput;
  if (const Status status = reserve_used(); status != Status::Ok) return status;
  bool is_ordered = true;
  if (const Status status = order_after_contents(handle, found.block.number(), is_ordered); status != Status::Ok)
    return status;
  if (!is_ordered) {
    if (const Status status = commit(); status != Status::Ok) return status;
  }
  remove_entry(found);
  --parent.raw->links;
  touch(parent, true);
  drop_link(handle);
  return Status::Ok;
}

}  // namespace hop::ext2
