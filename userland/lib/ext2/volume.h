// SPDX-License-Identifier: GPL-2.0-or-later
// An ext2 file system on a block device, for reading and writing. Files go by their inode numbers; paths are the
// caller's business. One thread at a time. README.md says what is written when.
//
// Errors are Linux's. InputOutput: the device has failed, or what is on it contradicts itself. If that happens in the
// middle of a change, nothing is written any more, and all later changes fail: on the disk is what the last commit
// left.
#pragma once
#include "userland/lib/ext2/allocator.h"
#include "userland/lib/ext2/write_order.h"

namespace hop::ext2 {

// Type bits of a mode, as in Linux's <linux/stat.h>.
constexpr uint32_t kTypeMask = 0170000, kTypeFifo = 0010000, kTypeCharacter = 0020000, kTypeDirectory = 0040000,
                   kTypeBlock = 0060000, kTypeRegular = 0100000, kTypeLink = 0120000, kTypeSocket = 0140000;
constexpr uint32_t kSetGroupMask = 02000;

/// Not NUL-terminated.
struct Name {
  const char* text = "";
  uint64_t length = 0;
};

/// Empty, "." or "..".
[[nodiscard]] bool is_reserved(const Name& name);

struct Attributes {
  uint32_t inode = 0, mode = 0, uid = 0, gid = 0, links = 0;
  uint64_t size = 0, sectors = 0;  ///< of 512 bytes
  uint64_t rdev = 0;
  uint64_t access_time = 0, modify_time = 0,
           change_time = 0;  ///< Unix, nanoseconds (whole seconds in inodes of 128 bytes)
};

/// What to change; what is kKeep stays.
struct AttributeChange {
  static constexpr uint64_t kKeep = ~uint64_t{0};
  uint64_t permissions = kKeep, uid = kKeep, gid = kKeep, access_time = kKeep, modify_time = kKeep;
};

constexpr uint32_t kMaximumDepth = 65536;  ///< of directories; more are a circle

struct Usage {
  uint64_t block_size, blocks, free_blocks, inodes, free_inodes;
};

struct Options {
  bool is_read_only = false;
  uint32_t cache_blocks = 512;    ///< at least 64
  uint64_t (*clock)() = nullptr;  ///< Unix, nanoseconds
};

class Volume {
 public:
  /// Invalid, InputOutput, OutOfMemory. reason: why not; or, if mounted, why it can only be read, or nullptr.
  [[nodiscard]] static Status mount(BlockDevice& device, const Options& options, Volume*& volume, const char*& reason);
  /// Syncs, and ends the volume whatever comes of that.
  static Status unmount(Volume* volume);

  [[nodiscard]] bool is_read_only() const { return is_read_only_; }
  [[nodiscard]] Usage usage() const;
  [[nodiscard]] Status attributes(uint32_t inode, Attributes& attributes);
  [[nodiscard]] Status change(uint32_t inode, const AttributeChange& change);

  /// NotFound, NotDirectory. "." and ".." are found, too.
  [[nodiscard]] Status lookup(uint32_t directory, const Name& name, uint32_t& inode);
  /// Calls visit(name, inode, mode type bits or 0 if unknown, cookie of the next) -> bool for the entries from a cookie
  /// on (0: the start), until it returns false.
  template <typename Visit>
  [[nodiscard]] Status read_directory(uint32_t directory, uint64_t cookie, Visit&& visit) {
    Entry entry;
    for (;;) {
      if (const Status status = next_entry(directory, cookie, entry); status != Status::Ok)
        return status == Status::NotFound ? Status::Ok : status;
      if (!visit(entry.name, entry.inode, entry.type, entry.next)) return Status::Ok;
      cookie = entry.next;
    }
  }

  /// Hands out [offset, offset + length) in pieces, as far as the file goes: sink(bytes, or nullptr for zeros, count)
  /// returns how many of them it took; if not all, that is the end. The bytes taken, or an error if there were none.
  template <typename Sink>
  [[nodiscard]] int64_t read(uint32_t inode, uint64_t offset, uint64_t length, Sink&& sink) {
    Piece piece;
    uint64_t done = 0;
    while (done < length) {
      const Status status = find_piece(inode, offset + done, length - done, piece);
      if (status != Status::Ok) return result_of(done, status);
      if (piece.count == 0) break;
      const uint64_t taken = sink(piece.bytes, piece.count);
      done += taken;
      if (taken < piece.count) return result_of(done, Status::BadAddress);
    }
    return static_cast<int64_t>(done);
  }

  /// Takes bytes in pieces: source(to, count) returns how many it gave; if not all, that is the end. The bytes taken,
  /// or an error if there were none.
  template <typename Source>
  [[nodiscard]] int64_t write(uint32_t inode, uint64_t offset, uint64_t length, Source&& source) {
    if (const Status status = check_write(inode, offset, length); status != Status::Ok || length == 0)
      return static_cast<int64_t>(status);
    for (uint64_t done = 0; done < length;) {
      const uint64_t at = offset + done, room = layout_.block_size - at % layout_.block_size;
      const uint64_t wanted = length - done < room ? length - done : room;
      const uint64_t given = source(bounce_, wanted);
      if (given != 0) {
        if (const Status status = write_piece(inode, at, bounce_, given); status != Status::Ok)
          return result_of(done, status);
      }
      done += given;
      if (given < wanted) return result_of(done, Status::BadAddress);
    }
    return static_cast<int64_t>(length);
  }
  [[nodiscard]] Status truncate(uint32_t inode, uint64_t size);

  /// mode: a type and permissions; any type but a symbolic link.
  [[nodiscard]] Status make(uint32_t directory, const Name& name, uint32_t mode, uint64_t rdev, uint32_t& inode);
  [[nodiscard]] Status make_link(uint32_t directory, const Name& name, const char* target, uint64_t length,
                                 uint32_t& inode);
  /// The bytes of the target, at most so many.
  [[nodiscard]] int64_t read_link(uint32_t inode, char* buffer, uint64_t capacity);
  [[nodiscard]] Status link(uint32_t inode, uint32_t directory, const Name& name);
  [[nodiscard]] Status unlink(uint32_t directory, const Name& name);
  [[nodiscard]] Status remove_directory(uint32_t directory, const Name& name);
  [[nodiscard]] Status rename(uint32_t from, const Name& from_name, uint32_t to, const Name& to_name, bool replaces);

  /// A held inode outlives its last name. OutOfMemory.
  [[nodiscard]] Status hold(uint32_t inode);
  void release_hold(uint32_t inode);

  /// Everything that was done is on the disk, which is marked clean if no removed file is held.
  [[nodiscard]] Status sync();

 private:
  /// An inode in its block of the cache.
  struct InodeHandle {
    uint32_t number = 0;
    Inode* raw = nullptr;
    Block block;
    [[nodiscard]] uint32_t type() const { return raw->mode & kTypeMask; }
    [[nodiscard]] bool is_directory() const { return type() == kTypeDirectory; }
    void mark() { block.mark(Kind::Inodes); }
  };
  /// A held inode, or one that has lost its last name and is not free yet.
  struct Used {
    uint32_t inode, holds;
    bool is_orphan;    ///< no name leads to it
    bool is_detached;  ///< and on the disk it has no links
  };
  struct Piece {
    Block block;
    const uint8_t* bytes = nullptr;
    uint64_t count = 0;
  };
  struct Entry {
    Block block;
    Name name;
    uint32_t inode = 0, type = 0;
    uint64_t next = 0;
  };
  /// Where a name is.
  struct Found {
    Block block;
    uint32_t offset = 0, previous = 0;  ///< previous == offset: the first of its block
    uint32_t inode = 0;
  };
  /// Where a name could be.
  struct Slot {
    Block block;              ///< none: the directory must grow
    uint32_t offset = 0;      ///< of the entry that is free or has room behind it
    uint32_t new_blocks = 0;  ///< that growing takes
  };

  Volume(BlockDevice& device, const Options& options)
      : device_(device), clock_(options.clock), allocator_(cache_, layout_) {}
  ~Volume();
  [[nodiscard]] Status start(const Options& options, const char*& reason);

  // volume.cc
  [[nodiscard]] static int64_t result_of(uint64_t done, Status status) {
    return done != 0 ? static_cast<int64_t>(done) : static_cast<int64_t>(status);
  }
  /// Before a change: ReadOnly, InputOutput; room in the cache and in the lists.
  [[nodiscard]] Status begin();
  /// After a change: a failure stops all writing.
  Status finish(Status status);
  [[nodiscard]] Status need(uint32_t blocks, uint32_t inodes);
  [[nodiscard]] Status write_super(bool is_clean);

  // commit.cc
  [[nodiscard]] Status commit();
  [[nodiscard]] Status write_changes();
  [[nodiscard]] Status write_directories();
  [[nodiscard]] Status detach_orphans(bool& has_detached);
  [[nodiscard]] Status free_orphans(bool& is_done);
  [[nodiscard]] bool has_work() const;

  // inode.cc
  [[nodiscard]] Status locate(uint32_t inode, InodeHandle& handle);
  [[nodiscard]] Status load(uint32_t inode, InodeHandle& handle);
  [[nodiscard]] Status load_directory(uint32_t inode, InodeHandle& handle);
  [[nodiscard]] uint32_t links_of(const InodeHandle& handle) const;
  [[nodiscard]] Used* find_used(uint32_t inode);
  [[nodiscard]] const Used* find_used(uint32_t inode) const;
  [[nodiscard]] Status reserve_used();
  Used& make_used(uint32_t inode);
  [[nodiscard]] uint64_t size_of(const InodeHandle& handle) const;
  [[nodiscard]] Status set_size(InodeHandle& handle, uint64_t size);
  [[nodiscard]] Status new_inode(uint32_t parent, uint32_t mode, InodeHandle& handle);
  struct Time {
    uint32_t Inode::*seconds;
    uint32_t InodeExtra::*extra;
  };
  static const Time kAccess, kModify, kChange;
  [[nodiscard]] InodeExtra* extra_of(const InodeHandle& handle) const;
  [[nodiscard]] uint64_t time_of(const InodeHandle& handle, const Time& time) const;
  void set_time(InodeHandle& handle, const Time& time, uint64_t nanoseconds);
  void touch(InodeHandle& handle, bool is_modified);

  // mapping.cc
  /// 0: a hole.
  [[nodiscard]] Status map(InodeHandle& handle, uint64_t index, uint32_t& block);
  /// Blocks that must be allocated for block `index` of the file to exist.
  [[nodiscard]] Status cost(InodeHandle& handle, uint64_t index, uint32_t& blocks);
  /// The block of the file, made if it is a hole; the caller has seen to its cost.
  [[nodiscard]] Status map_new(InodeHandle& handle, uint64_t index, Kind kind, Block& block);
  [[nodiscard]] Status allocate_for(InodeHandle& handle, uint32_t goal, Kind kind, Block& block);
  /// Frees the blocks from number `kept` on, from the end. TryAgain: as many as can be noted; commit first.
  [[nodiscard]] Status free_blocks_from(InodeHandle& handle, uint64_t kept);
  [[nodiscard]] Status free_tree(InodeHandle& handle, uint32_t& pointer, uint32_t depth, uint64_t kept);
  [[nodiscard]] Status free_one(InodeHandle& handle, uint32_t& pointer);

  // file.cc
  [[nodiscard]] Status find_piece(uint32_t inode, uint64_t offset, uint64_t length, Piece& piece);
  [[nodiscard]] Status check_write(uint32_t inode, uint64_t offset, uint64_t length);
  [[nodiscard]] Status write_piece(uint32_t inode, uint64_t offset, const uint8_t* bytes, uint64_t count);
  [[nodiscard]] Status shrink(InodeHandle& handle, uint64_t size);
  /// All of it, the inode last. TryAgain: not everything could be noted; commit first.
  [[nodiscard]] Status free_file(InodeHandle& handle);
  [[nodiscard]] Status free_attributes(InodeHandle& handle);

  // directory.cc
  [[nodiscard]] DirectoryEntry* entry_at(Block& block, uint32_t offset);
  [[nodiscard]] uint32_t name_length(const DirectoryEntry& entry) const;
  [[nodiscard]] Status directory_block(InodeHandle& directory, uint64_t index, Block& block);
  [[nodiscard]] Status next_entry(uint32_t directory, uint64_t cookie, Entry& entry);
  [[nodiscard]] Status find(InodeHandle& directory, const Name& name, Found& found);
  [[nodiscard]] Status find_slot(InodeHandle& directory, const Name& name, Slot& slot);
  void fill_entry(DirectoryEntry& entry, const Name& name, uint32_t inode, uint32_t type);
  [[nodiscard]] Status put_entry(InodeHandle& directory, Slot& slot, const Name& name, const InodeHandle& named);
  void remove_entry(Found& found);
  [[nodiscard]] Status start_directory(InodeHandle& directory, uint32_t parent);
  [[nodiscard]] Status is_empty(InodeHandle& directory, bool& empty);
  [[nodiscard]] Status parent_of(uint32_t directory, uint32_t& parent);
  [[nodiscard]] Status is_within(uint32_t directory, uint32_t above, bool& within);

  // names.cc, rename.cc
  [[nodiscard]] Status check_new(InodeHandle& directory, const Name& name, Slot& slot);
  [[nodiscard]] Status make_named(uint32_t directory, const Name& name, uint32_t mode, uint32_t extra_blocks,
                                  InodeHandle& parent, InodeHandle& made);
  void drop_link(InodeHandle& handle);
  [[nodiscard]] Status order_removal(uint32_t inode, uint32_t block, bool& is_ordered);
  [[nodiscard]] Status order_after_contents(InodeHandle& directory, uint32_t block, bool& is_ordered);
  [[nodiscard]] Status order_after_name(uint32_t inode, uint32_t block, const WriteOrder::Addition& name,
                                        bool& is_ordered);
  struct Renaming;
  [[nodiscard]] Status check_rename(Renaming& renaming, bool replaces);
  [[nodiscard]] Status order_rename(Renaming& renaming);
  [[nodiscard]] Status apply_rename(Renaming& renaming);

  BlockDevice& device_;
  uint64_t (*clock_)();
  SuperBlock super_{};
  Layout layout_;
  Cache cache_;
  Allocator allocator_;
  WriteOrder order_;
  Vector<Used> used_;
  uint32_t generation_ = 0;
  uint64_t next_index_ = 0;                         ///< where a reader in sequence would go on
  uint8_t* bounce_ = nullptr;                       ///< one block
  bool is_read_only_ = false, is_counted_ = false;  ///< counted: this mount is, in the superblock
  bool is_marked_ = false;                          ///< the disk says that it is in use
  bool has_failed_ = false, is_damaged_ = false;
};

}  // namespace hop::ext2
