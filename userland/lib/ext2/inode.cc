// SPDX-License-Identifier: GPL-2.0-or-later
// Inodes and their attributes.
#include "userland/lib/ext2/volume.h"
#include "userland/runtime/memory.h"

namespace hop::ext2 {

namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint32_t kPermissionMask = 07777;

bool is_type(uint32_t type) {
  return type == kTypeFifo || type == kTypeCharacter || type == kTypeDirectory || type == kTypeBlock ||
         type == kTypeRegular || type == kTypeLink || type == kTypeSocket;
}

}  // namespace

const Volume::Time Volume::kAccess = {&Inode::access_time, &InodeExtra::access_time};
const Volume::Time Volume::kModify = {&Inode::modify_time, &InodeExtra::modify_time};
const Volume::Time Volume::kChange = {&Inode::change_time, &InodeExtra::change_time};

/// Its place in the table, in use or not.
Status Volume::locate(uint32_t inode, InodeHandle& handle) {
  const uint32_t index = (inode - 1) % layout_.inodes_per_group;
  const uint32_t in_block = layout_.block_size / layout_.inode_size;
  const uint32_t block = allocator_.table_of(layout_.group_of_inode(inode)) + index / in_block;
  if (const Status status = cache_.get(block, handle.block); status != Status::Ok) return status;
  handle.number = inode;
  handle.raw = handle.block.at<Inode>(index % in_block * layout_.inode_size);
  return Status::Ok;
}

/// InputOutput: there is no such inode, or it is not in use.
Status Volume::load(uint32_t inode, InodeHandle& handle) {
  if (inode == 0 || inode > layout_.inodes || (inode < layout_.first_inode && inode != kRootInode))
    return Status::InputOutput;
  if (const Status status = locate(inode, handle); status != Status::Ok) return status;
  if (!is_type(handle.type())) return Status::InputOutput;
  return handle.raw->links != 0 || find_used(inode) != nullptr ? Status::Ok : Status::InputOutput;
}

Status Volume::load_directory(uint32_t inode, InodeHandle& handle) {
  if (const Status status = load(inode, handle); status != Status::Ok) return status;
  if (!handle.is_directory()) return Status::NotDirectory;
  const uint32_t size = handle.raw->size;
  if (size == 0 || size % layout_.block_size != 0 || size / layout_.block_size > layout_.end_block)
    return Status::InputOutput;
  return Status::Ok;
}

const Volume::Used* Volume::find_used(uint32_t inode) const {
  for (const Used& used : used_) {
    if (used.inode == inode) return &used;
  }
  return nullptr;
}

Volume::Used* Volume::find_used(uint32_t inode) {
  return const_cast<Used*>(static_cast<const Volume*>(this)->find_used(inode));
}

/// Room to note one more inode that is used.
Status Volume::reserve_used() {
  if (!used_.push_back({})) return Status::OutOfMemory;
  used_.shrink(used_.size() - 1);
  return Status::Ok;
}

/// After reserve_used.
Volume::Used& Volume::make_used(uint32_t inode) {
  Used* used = find_used(inode);
  if (used != nullptr) return *used;
  if (!used_.push_back({inode, 0, false, false})) __builtin_trap();
  return used_[used_.size() - 1];
}

uint32_t Volume::links_of(const InodeHandle& handle) const {
  const Used* used = find_used(handle.number);
  return used != nullptr && used->is_orphan ? 0 : handle.raw->links;
}

Status Volume::hold(uint32_t inode) {
  if (const Status status = reserve_used(); status != Status::Ok) return status;
  ++make_used(inode).holds;
  return Status::Ok;
}

void Volume::release_hold(uint32_t inode) {
  Used* used = find_used(inode);
  if (--used->holds != 0 || used->is_orphan) return;
  used_.erase(static_cast<uint64_t>(used - used_.begin()));
}

uint64_t Volume::size_of(const InodeHandle& handle) const {
  const bool is_regular = handle.type() == kTypeRegular;
  return handle.raw->size | (is_regular && super_.revision != 0 ? uint64_t{handle.raw->size_high} << 32 : 0);
}

/// The first large file makes the file system one with large files.
Status Volume::set_size(InodeHandle& handle, uint64_t size) {
  if (size > INT32_MAX && handle.type() == kTypeRegular && (super_.read_only_compatible & kReadOnlyLargeFile) == 0) {
    super_.read_only_compatible |= kReadOnlyLargeFile;
    if (const Status status = write_super(false); status != Status::Ok) return status;
  }
  handle.raw->size = static_cast<uint32_t>(size);
  if (handle.type() == kTypeRegular && super_.revision != 0) handle.raw->size_high = static_cast<uint32_t>(size >> 32);
  handle.mark();
  return Status::Ok;
}

InodeExtra* Volume::extra_of(const InodeHandle& handle) const {
  if (layout_.inode_size < sizeof(Inode) + sizeof(InodeExtra)) return nullptr;
  auto* extra = reinterpret_cast<InodeExtra*>(handle.raw + 1);
  return extra->size >= sizeof(InodeExtra) && extra->size <= layout_.inode_size - sizeof(Inode) ? extra : nullptr;
}

uint64_t Volume::time_of(const InodeHandle& handle, const Time& time) const {
  const uint32_t seconds = handle.raw->*time.seconds;
  const InodeExtra* extra = extra_of(handle);
  if (extra == nullptr) return seconds * kSecond;
  const int64_t all = int64_t{static_cast<int32_t>(seconds)} + (int64_t{extra->*time.extra & 3} << 32);
  return all < 0 ? 0 : static_cast<uint64_t>(all) * kSecond + (extra->*time.extra >> 2);
}

void Volume::set_time(InodeHandle& handle, const Time& time, uint64_t nanoseconds) {
  uint64_t seconds = nanoseconds / kSecond;
  if (InodeExtra* extra = extra_of(handle); extra != nullptr) {
    const int64_t low = static_cast<int32_t>(static_cast<uint32_t>(seconds));
    const uint64_t epoch = static_cast<uint64_t>(static_cast<int64_t>(seconds) - low) >> 32 & 3;
    extra->*time.extra = static_cast<uint32_t>(epoch | nanoseconds % kSecond << 2);
  } else if (seconds > INT32_MAX) {
    seconds = INT32_MAX;
  }
  handle.raw->*time.seconds = static_cast<uint32_t>(seconds);
  handle.mark();
}

void Volume::touch(InodeHandle& handle, bool is_modified) {
  const uint64_t now = clock_();
  if (is_modified) set_time(handle, kModify, now);
  set_time(handle, kChange, now);
}

Status Volume::attributes(uint32_t inode, Attributes& attributes) {
  InodeHandle handle;
  if (const Status status = load(inode, handle); status != Status::Ok) return status;
  const Inode& raw = *handle.raw;
  attributes.inode = inode;
  attributes.mode = raw.mode;
  attributes.uid = raw.uid | uint32_t{raw.uid_high} << 16;
  attributes.gid = raw.gid | uint32_t{raw.gid_high} << 16;
  attributes.links = links_of(handle);
  attributes.size = size_of(handle);
  attributes.sectors = raw.sectors;
  const bool is_device = handle.type() == kTypeCharacter || handle.type() == kTypeBlock;
  attributes.rdev = !is_device ? 0 : raw.block[0] != 0 ? raw.block[0] : raw.block[1];
  attributes.access_time = time_of(handle, kAccess);
  attributes.modify_time = time_of(handle, kModify);
  attributes.change_time = time_of(handle, kChange);
  return Status::Ok;
}

Status Volume::change(uint32_t inode, const AttributeChange& change) {
  constexpr uint64_t kKeep = AttributeChange::kKeep;
  if (const Status status = begin(); status != Status::Ok) return status;
  InodeHandle handle;
  if (const Status status = load(inode, handle); status != Status::Ok) return status;
  Inode& raw = *handle.raw;
  if ((raw.flags & (kInodeImmutable | kInodeAppendOnly)) != 0) return Status::NotPermitted;
  if (change.permissions != kKeep)
    raw.mode = static_cast<uint16_t>(handle.type() | (change.permissions & kPermissionMask));
  if (change.uid != kKeep) {
    raw.uid = static_cast<uint16_t>(change.uid);
    raw.uid_high = static_cast<uint16_t>(change.uid >> 16);
  }
  if (change.gid != kKeep) {
    raw.gid = static_cast<uint16_t>(change.gid);
    raw.gid_high = static_cast<uint16_t>(change.gid >> 16);
  }
  if (change.access_time != kKeep) set_time(handle, kAccess, change.access_time);
  if (change.modify_time != kKeep) set_time(handle, kModify, change.modify_time);
  touch(handle, false);
  return Status::Ok;
}

/// An inode with one link; the caller has seen that one is free, and gives it a name.
Status Volume::new_inode(uint32_t parent, uint32_t mode, InodeHandle& handle) {
  uint32_t number = 0;
  const bool is_directory = (mode & kTypeMask) == kTypeDirectory;
  if (const Status status = allocator_.allocate_inode(parent, is_directory, number); status != Status::Ok)
    return status;
  if (const Status status = locate(number, handle); status != Status::Ok) return status;
  memset(handle.raw, 0, layout_.inode_size);
  handle.raw->mode = static_cast<uint16_t>(mode);
  handle.raw->links = 1;
  handle.raw->generation = ++generation_;
  if (layout_.extra_size != 0)
    reinterpret_cast<InodeExtra*>(handle.raw + 1)->size = static_cast<uint16_t>(layout_.extra_size);
  const uint64_t now = clock_();
  const Time* const times[] = {&kAccess, &kModify, &kChange};
  for (const Time* time : times) set_time(handle, *time, now);
  if (InodeExtra* extra = extra_of(handle); extra != nullptr) {
    extra->creation_time = handle.raw->change_time;
    extra->creation_time_extra = extra->change_time;
  }
  return Status::Ok;
}

}  // namespace hop::ext2
