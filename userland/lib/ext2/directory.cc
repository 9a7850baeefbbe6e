// SPDX-License-Identifier: GPL-2.0-or-later
// The entries of directories: records that fill each block, one after the other. Removing one gives its room to the one
// before it.
#include "userland/lib/ext2/volume.h"
#include "userland/runtime/memory.h"

namespace hop::ext2 {

namespace {

// Types of files in entries, from 0 on.
constexpr uint32_t kTypes[] = {0,          kTypeRegular, kTypeDirectory, kTypeCharacter,
                               kTypeBlock, kTypeFifo,    kTypeSocket,    kTypeLink};

uint8_t type_number(uint32_t type) {
  for (uint8_t i = 0; i < sizeof kTypes / sizeof kTypes[0]; ++i) {
    if (kTypes[i] == type) return i;
  }
  return 0;
}

constexpr Name kDotDot = {"..", 2};

}  // namespace

bool is_reserved(const Name& name) {
  return name.length == 0 || (name.length <= 2 && memcmp(name.text, "..", name.length) == 0);
}

uint32_t Volume::name_length(const DirectoryEntry& entry) const {
  return entry.name_length | (layout_.has_types ? 0u : uint32_t{entry.type} << 8);
}

/// The entry at an offset of a block of a directory, or nullptr if it is none.
DirectoryEntry* Volume::entry_at(Block& block, uint32_t offset) {
  if (layout_.block_size - offset < entry_size(1)) return nullptr;
  auto* entry = block.at<DirectoryEntry>(offset);
  const uint32_t length = entry->record_length;
  if (length < entry_size(1) || length % 4 != 0 || length > layout_.block_size - offset) return nullptr;
  if (entry->inode > layout_.inodes) return nullptr;
  const uint32_t name = name_length(*entry);
  if (entry->inode != 0 && (name == 0 || name > kMaximumName)) return nullptr;
  return name <= kMaximumName && entry_size(name) <= length ? entry : nullptr;
}

Status Volume::directory_block(InodeHandle& directory, uint64_t index, Block& block) {
  uint32_t number = 0;
  if (const Status status = map(directory, index, number); status != Status::Ok) return status;
  return number == 0 ? Status::InputOutput : cache_.get(number, block);
}

/// The first entry at or behind a cookie, which is its offset. Entries may have been joined since the cookie was made,
/// so this looks at the whole block. NotFound: there are no more.
Status Volume::next_entry(uint32_t number, uint64_t cookie, Entry& entry) {
  InodeHandle directory;
  if (const Status status = load_directory(number, directory); status != Status::Ok) return status;
  if (links_of(directory) == 0) return Status::NotFound;
  while (cookie < directory.raw->size) {
    const uint64_t index = cookie / layout_.block_size, start = index * layout_.block_size;
    if (const Status status = directory_block(directory, index, entry.block); status != Status::Ok) return status;
    for (uint32_t offset = 0; offset < layout_.block_size;) {
      const DirectoryEntry* at = entry_at(entry.block, offset);
      if (at == nullptr) return Status::InputOutput;
      if (start + offset >= cookie && at->inode != 0) {
        entry.name = {at->name, name_length(*at)};
        entry.inode = at->inode;
        entry.type = layout_.has_types && at->type < sizeof kTypes / sizeof kTypes[0] ? kTypes[at->type] : 0;
        entry.next = start + offset + at->record_length;
        return Status::Ok;
      }
      offset += at->record_length;
    }
    cookie = start + layout_.block_size;
  }
  return Status::NotFound;
}

Status Volume::find(InodeHandle& directory, const Name& name, Found& found) {
  const uint64_t blocks = directory.raw->size / layout_.block_size;
  for (uint64_t index = 0; index < blocks; ++index) {
    if (const Status status = directory_block(directory, index, found.block); status != Status::Ok) return status;
    found.previous = 0;
    for (uint32_t offset = 0; offset < layout_.block_size;) {
      const DirectoryEntry* entry = entry_at(found.block, offset);
      if (entry == nullptr) return Status::InputOutput;
      if (entry->inode != 0 && name_length(*entry) == name.length && memcmp(entry->name, name.text, name.length) == 0) {
        found.offset = offset;
        found.inode = entry->inode;
        return Status::Ok;
      }
      found.previous = offset;
      offset += entry->record_length;
    }
  }
  return Status::NotFound;
}

/// Where a new name goes: the first record that has room for it.
Status Volume::find_slot(InodeHandle& directory, const Name& name, Slot& slot) {
  const uint32_t wanted = entry_size(static_cast<uint32_t>(name.length));
  const uint64_t blocks = directory.raw->size / layout_.block_size;
  for (uint64_t index = 0; index < blocks; ++index) {
    if (const Status status = directory_block(directory, index, slot.block); status != Status::Ok) return status;
    for (slot.offset = 0; slot.offset < layout_.block_size;) {
      const DirectoryEntry* entry = entry_at(slot.block, slot.offset);
      if (entry == nullptr) return Status::InputOutput;
      const uint32_t used = entry->inode == 0 ? 0 : entry_size(name_length(*entry));
      if (entry->record_length - used >= wanted) return Status::Ok;
      slot.offset += entry->record_length;
    }
  }
  slot.block.reset();
  if (uint64_t{directory.raw->size} + layout_.block_size > INT32_MAX) return Status::NoSpace;
  return cost(directory, blocks, slot.new_blocks);
}

void Volume::fill_entry(DirectoryEntry& entry, const Name& name, uint32_t inode, uint32_t type) {
  entry.inode = inode;
  entry.name_length = static_cast<uint8_t>(name.length);
  entry.type = layout_.has_types ? type_number(type) : uint8_t{0};
  memcpy(entry.name, name.text, name.length);
}

/// After find_slot, and when its blocks are there. The slot has the block then.
Status Volume::put_entry(InodeHandle& directory, Slot& slot, const Name& name, const InodeHandle& named) {
  const uint32_t number = named.number, type = named.type();
  if (!slot.block) {
    const uint64_t index = directory.raw->size / layout_.block_size;
    if (const Status status = map_new(directory, index, Kind::Directory, slot.block); status != Status::Ok)
      return status;
    slot.offset = 0;
    slot.block.at<DirectoryEntry>(0)->record_length = static_cast<uint16_t>(layout_.block_size);
    if (const Status status = set_size(directory, uint64_t{directory.raw->size} + layout_.block_size);
        status != Status::Ok)
      return status;
  }
  DirectoryEntry* entry = entry_at(slot.block, slot.offset);
  const uint32_t wanted = entry_size(static_cast<uint32_t>(name.length));
  const uint32_t used = entry == nullptr || entry->inode == 0 ? 0 : entry_size(name_length(*entry));
  if (entry == nullptr || entry->record_length - used < wanted)
    return Status::InputOutput;  // blocks that share a place
  if (used != 0) {
    auto* behind = slot.block.at<DirectoryEntry>(slot.offset + used);
    behind->record_length = static_cast<uint16_t>(entry->record_length - used);
    entry->record_length = static_cast<uint16_t>(used);
    entry = behind;
  }
  fill_entry(*entry, name, number, type);
  slot.block.mark(Kind::Directory);
  directory.raw->flags &= ~kInodeHashedDirectory;  // its hash tree, if it has one, is no longer right
  touch(directory, true);
  return Status::Ok;
}

void Volume::remove_entry(Found& found) {
  auto* entry = found.block.at<DirectoryEntry>(found.offset);
  if (found.previous != found.offset) {
    auto* previous = found.block.at<DirectoryEntry>(found.previous);
    previous->record_length = static_cast<uint16_t>(previous->record_length + entry->record_length);
  }
  entry->inode = 0;
  found.block.mark(Kind::Directory);
}

/// The first block of a new directory.
Status Volume::start_directory(InodeHandle& directory, uint32_t parent) {
  Block block;
  if (const Status status = map_new(directory, 0, Kind::Directory, block); status != Status::Ok) return status;
  auto* dot = block.at<DirectoryEntry>(0);
  dot->record_length = entry_size(1);
  fill_entry(*dot, {".", 1}, directory.number, kTypeDirectory);
  auto* dot_dot = block.at<DirectoryEntry>(entry_size(1));
  dot_dot->record_length = static_cast<uint16_t>(layout_.block_size - entry_size(1));
  fill_entry(*dot_dot, kDotDot, parent, kTypeDirectory);
  directory.raw->links = 2;
  return set_size(directory, layout_.block_size);
}

Status Volume::is_empty(InodeHandle& directory, bool& empty) {
  empty = true;
  const Status status = read_directory(
      directory.number, 0, [&](const Name& name, uint32_t, uint32_t, uint64_t) { return empty = is_reserved(name); });
  return status;
}

Status Volume::parent_of(uint32_t number, uint32_t& parent) {
  InodeHandle directory;
  if (const Status status = load_directory(number, directory); status != Status::Ok) return status;
  Found found;
  const Status status = find(directory, kDotDot, found);
  parent = found.inode;
  return status == Status::NotFound ? Status::InputOutput : status;
}

/// Is the directory `above` itself, or below it?
Status Volume::is_within(uint32_t directory, uint32_t above, bool& within) {
  for (uint32_t depth = 0; depth < kMaximumDepth; ++depth) {
    within = directory == above;
    if (within || directory == kRootInode) return Status::Ok;
    if (const Status status = parent_of(directory, directory); status != Status::Ok) return status;
  }
  return Status::InputOutput;
}

}  // namespace hop::ext2
