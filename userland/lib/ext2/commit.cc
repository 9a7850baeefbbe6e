// SPDX-License-Identifier: GPL-2.0-or-later
// The order in which changes get to the disk; README.md says why it is this one.
#include "userland/lib/ext2/volume.h"

namespace hop::ext2 {

/// Are there removed files that nobody holds, or whose links must go?
bool Volume::has_work() const {
  for (const Used& used : used_) {
    if (used.is_orphan && (used.holds == 0 || !used.is_detached)) return true;
  }
  return false;
}

Status Volume::commit() {
  if (has_failed_) return Status::InputOutput;
  Status status = write_changes();
  bool is_done = false;
  while (status == Status::Ok && !is_done) {
    // 4: removed files lose links and blocks
    bool has_changed = false, has_written = false;
    status = detach_orphans(has_changed);
    if (status == Status::Ok) status = free_orphans(is_done);
    if (status == Status::Ok)
      status = cache_.write_all([](const Buffer& buffer) { return buffer.kind >= Kind::Inodes; }, has_written);
    if (status == Status::Ok && has_written) status = device_.flush();
    if (status != Status::Ok || !allocator_.has_frees()) continue;
    // 5: what nobody has any more becomes free
    status = allocator_.apply_frees(is_damaged_);
    if (status == Status::Ok)
      status = cache_.write_all([](const Buffer& buffer) { return buffer.kind == Kind::Bitmap; }, has_written);
    if (status == Status::Ok && has_written) status = device_.flush();
  }
  return finish(status);
}

Status Volume::write_changes() {
  bool has_written = false;
  // 1: what nothing on the disk leads to yet, the bytes of files, and that blocks are taken
  Status status = cache_.write_all(
      [](const Buffer& buffer) { return buffer.is_fresh || buffer.kind == Kind::Data || buffer.kind == Kind::Bitmap; },
      has_written);
  if (status == Status::Ok && has_written) status = device_.flush();
  // 2: inodes and pointer blocks
  if (status == Status::Ok)
    status = cache_.write_all(
        [](const Buffer& buffer) { return buffer.kind == Kind::Inodes || buffer.kind == Kind::Pointers; }, has_written);
  if (status == Status::Ok && has_written) status = device_.flush();
  if (status == Status::Ok) status = write_directories();
  cache_.end_epoch();
  order_.clear();
  return status;
}

/// 3: names; new ones before the old ones go.
Status Volume::write_directories() {
  for (bool has_written = true; has_written;) {
    const Status status = cache_.write_all(
        [&](const Buffer& buffer) { return buffer.kind == Kind::Directory && !order_.must_wait(buffer.block, cache_); },
        has_written);
    if (status != Status::Ok) return status;
    if (!has_written) return Status::Ok;
    if (const Status flushed = device_.flush(); flushed != Status::Ok) return flushed;
  }
  return Status::Ok;
}

Status Volume::detach_orphans(bool& has_detached) {
  for (Used& used : used_) {
    if (!used.is_orphan || used.is_detached) continue;
    InodeHandle handle;
    if (const Status status = load(used.inode, handle); status != Status::Ok) return status;
    handle.raw->links = 0;
    handle.raw->deletion_time = static_cast<uint32_t>(clock_() / 1'000'000'000);
    handle.mark();
    used.is_detached = has_detached = true;
  }
  return Status::Ok;
}

/// Frees the removed files that nobody holds, as far as there is room to note what is free then.
Status Volume::free_orphans(bool& is_done) {
  for (uint64_t i = used_.size(); i-- != 0;) {
    const Used used = used_[i];
    if (!used.is_orphan || used.holds != 0) continue;
    if (cache_.is_crowded()) return Status::Ok;
    InodeHandle handle;
    if (const Status status = load(used.inode, handle); status != Status::Ok) return status;
    const Status status = free_file(handle);
    if (status == Status::TryAgain) return Status::Ok;
    if (status != Status::Ok) is_damaged_ = true;  // what is left of it is lost until e2fsck finds it
    used_.erase(i);
  }
  is_done = true;
  return Status::Ok;
}

Status Volume::sync() {
  if (has_failed_) return Status::InputOutput;
  if (!is_marked_) return Status::Ok;
  if (const Status status = commit(); status != Status::Ok) return status;
  bool has_orphans = false;
  for (const Used& used : used_) has_orphans = has_orphans || used.is_orphan;
  const bool is_clean = !has_orphans && !is_damaged_;
  if (const Status status = write_super(is_clean); status != Status::Ok) return finish(status);
  is_marked_ = !is_clean;
  return Status::Ok;
}

}  // namespace hop::ext2
