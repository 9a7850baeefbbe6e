// SPDX-License-Identifier: GPL-2.0-or-later
// Who has which block and which inode: bitmaps, group descriptors, and the counts.
//
// What is freed stays taken until apply_frees: nothing is given out again before the disk says that nobody has it.
#pragma once
#include "userland/lib/ext2/cache.h"
#include "userland/lib/ext2/layout.h"
#include "userland/lib/vector.h"

namespace hop::ext2 {

class Allocator {
 public:
  Allocator(Cache& cache, const Layout& layout) : cache_(cache), layout_(layout) {}
  ~Allocator();
  /// Reads and checks the descriptors. InputOutput, OutOfMemory.
  [[nodiscard]] Status start();

  [[nodiscard]] uint32_t free_blocks() const { return free_blocks_; }
  [[nodiscard]] uint32_t free_inodes() const { return free_inodes_; }
  [[nodiscard]] uint32_t pending_blocks() const { return pending_blocks_; }
  [[nodiscard]] uint32_t pending_inodes() const { return static_cast<uint32_t>(inodes_.size()); }
  [[nodiscard]] bool has_frees() const { return run_count_ != 0 || inodes_.size() != 0; }

  /// May a file have this block?
  [[nodiscard]] bool is_file_block(uint32_t block) const;
  [[nodiscard]] uint32_t table_of(uint32_t group) const { return groups_[group].inode_table; }
  [[nodiscard]] uint32_t group_goal(uint32_t group) const { return layout_.group_start(group); }

  // The caller has looked at free_blocks, free_inodes. InputOutput: bitmap and counts contradict each other.
  /// The first free block from the goal on.
  [[nodiscard]] Status allocate_block(uint32_t goal, uint32_t& block);
  /// In the parent's group if there is room, a directory in the emptiest one.
  [[nodiscard]] Status allocate_inode(uint32_t parent, bool is_directory, uint32_t& inode);

  /// That many blocks can be freed, wherever they are.
  [[nodiscard]] bool has_room_for_frees(uint32_t count) const { return run_count_ + count <= kRuns; }
  void free_block(uint32_t block);
  /// False: no memory to note it.
  [[nodiscard]] bool free_inode(uint32_t inode, bool is_directory);
  /// InputOutput. damaged: something was free already.
  [[nodiscard]] Status apply_frees(bool& damaged);

 private:
  static constexpr uint32_t kRuns = 4096;
  struct Run {
    uint32_t start, count;
  };
  struct FreedInode {
    uint32_t inode;
    bool is_directory;
  };
  [[nodiscard]] bool is_good(const GroupDescriptor& group, uint32_t number) const;
  [[nodiscard]] Status store(uint32_t group);
  [[nodiscard]] Status take_bit(uint32_t bitmap, uint32_t from, uint32_t end, uint32_t& bit);
  [[nodiscard]] Status take_inode(uint32_t group, bool is_directory, uint32_t& inode);
  [[nodiscard]] uint32_t emptiest_group() const;
  [[nodiscard]] Status apply_block(uint32_t block, bool& damaged);
  [[nodiscard]] Status apply_inode(const FreedInode& freed, bool& damaged);

  Cache& cache_;
  const Layout& layout_;
  Vector<GroupDescriptor> groups_;
  uint32_t free_blocks_ = 0, free_inodes_ = 0, pending_blocks_ = 0, run_count_ = 0;
  Run* runs_ = nullptr;
  Vector<FreedInode> inodes_;
};

}  // namespace hop::ext2
