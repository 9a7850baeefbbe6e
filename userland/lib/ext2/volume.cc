// SPDX-License-Identifier: GPL-2.0-or-later
// Mounting, and what stands before and behind every change.
#include "userland/lib/ext2/volume.h"

#include <new>

#include "userland/runtime/heap.h"

namespace hop::ext2 {

namespace {
constexpr uint32_t kFewestCacheBlocks = 64;
constexpr uint64_t kSecond = 1'000'000'000;
}  // namespace

Status Volume::mount(BlockDevice& device, const Options& options, Volume*& volume, const char*& reason) {
  reason = "no memory";
  void* memory = allocate(sizeof(Volume));
  if (memory == nullptr) return Status::OutOfMemory;
  volume = new (memory) Volume(device, options);
  const Status status = volume->start(options, reason);
  if (status == Status::Ok) return status;
  volume->~Volume();
  release(memory);
  volume = nullptr;
  return status;
}

Status Volume::unmount(Volume* volume) {
  const Status status = volume->sync();
  volume->~Volume();
  release(volume);
  return status;
}

Volume::~Volume() {
  release(bounce_);
}

Status Volume::start(const Options& options, const char*& reason) {
  reason = "it cannot be read";
  if (device_.size() < kSuperBlockOffset + kSuperBlockSize) return Status::InputOutput;
  if (const Status status = device_.read(kSuperBlockOffset, &super_, kSuperBlockSize); status != Status::Ok)
    return status;
  const char* warning = nullptr;
  if (const Status status = read_layout(super_, device_.size(), layout_, warning); status != Status::Ok) {
    reason = warning;
    return status;
  }
  const uint32_t capacity = options.cache_blocks < kFewestCacheBlocks ? kFewestCacheBlocks : options.cache_blocks;
  bounce_ = static_cast<uint8_t*>(allocate(layout_.block_size));
  if (bounce_ == nullptr || cache_.start(device_, layout_.block_size, capacity) != Status::Ok) {
    reason = "no memory";
    return Status::OutOfMemory;
  }
  if (const Status status = allocator_.start(); status != Status::Ok) {
    reason = status == Status::OutOfMemory ? "no memory" : "its group descriptors are wrong; run e2fsck";
    return status;
  }
  InodeHandle root;
  if (const Status status = load_directory(kRootInode, root); status != Status::Ok) {
    reason = "its root directory is wrong; run e2fsck";
    return Status::InputOutput;
  }
  is_read_only_ = options.is_read_only || warning != nullptr;
  generation_ = static_cast<uint32_t>(clock_() / kSecond);
  reason = warning;
  return Status::Ok;
}

Usage Volume::usage() const {
  return {layout_.block_size, super_.blocks, uint64_t{allocator_.free_blocks()} + allocator_.pending_blocks(),
          layout_.inodes, uint64_t{allocator_.free_inodes()} + allocator_.pending_inodes()};
}

Status Volume::begin() {
  if (is_read_only_) return Status::ReadOnly;
  if (has_failed_) return Status::InputOutput;
  if (!is_marked_) {
    if (!is_counted_) ++super_.mounts;
    is_counted_ = true;
    super_.mount_time = static_cast<uint32_t>(clock_() / kSecond);
    if (const Status status = write_super(false); status != Status::Ok) return finish(status);
    is_marked_ = true;
  }
  const bool has_room = !cache_.is_crowded() && order_.has_room() &&
                        allocator_.has_room_for_frees(layout_.pointers + kIndirectLevels + 1);
  return has_room ? Status::Ok : commit();
}

Status Volume::finish(Status status) {
  if (status == Status::Ok || status == Status::NoSpace) return status;
  has_failed_ = true;
  cache_.freeze();
  return status;
}

/// Sees to it that so many blocks and inodes are free; what waits to be freed is freed for that. NoSpace.
Status Volume::need(uint32_t blocks, uint32_t inodes) {
  const auto has_enough = [&] { return allocator_.free_blocks() >= blocks && allocator_.free_inodes() >= inodes; };
  if (!has_enough() && (allocator_.has_frees() || has_work())) {
    if (const Status status = commit(); status != Status::Ok) return status;
  }
  return has_enough() ? Status::Ok : Status::NoSpace;
}

/// The superblock, as the last of what was written before and before all that is written afterwards.
Status Volume::write_super(bool is_clean) {
  super_.free_blocks = allocator_.free_blocks();
  super_.free_inodes = allocator_.free_inodes();
  super_.write_time = static_cast<uint32_t>(clock_() / kSecond);
  super_.state = is_clean ? kStateValid : 0;
  if (is_damaged_) super_.state |= kStateErrors;
  if (const Status status = device_.flush(); status != Status::Ok) return status;
  if (const Status status = device_.write(kSuperBlockOffset, &super_, kSuperBlockSize); status != Status::Ok)
    return status;
  return device_.flush();
}

}  // namespace hop::ext2
