// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/cpio.h"

#include "userland/runtime/memory.h"

namespace hop::files {

namespace {

constexpr uint64_t kHeaderSize = 110;
constexpr uint64_t kSecond = 1'000'000'000;

/// The thirteen numbers of a header, eight hexadecimal digits each, after the six of the magic.
enum Field {
  kInode,
  kMode,
  kUid,
  kGid,
  kLinks,
  kTime,
  kSize,
  kDeviceMajor,
  kDeviceMinor,
  kRdevMajor,
  kRdevMinor,
  kNameSize,
  kCheck,
  kFields
};

struct Header {
  uint32_t field[kFields];
};

bool parse(const uint8_t* bytes, Header& header) {
  if (memcmp(bytes, "070701", 6) != 0) return false;
  for (unsigned i = 0; i < kFields; ++i) {
    uint32_t value = 0;
    for (unsigned digit = 0; digit < 8; ++digit) {
      const uint8_t c = bytes[6 + 8 * i + digit];
      const uint32_t nibble = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : 16;
      if (nibble == 16) return false;
      value = value << 4 | nibble;
    }
    header.field[i] = value;
  }
  return true;
}

constexpr uint64_t round_up(uint64_t value) {
  return (value + 3) / 4 * 4;
}

/// A directory, whose times change with every name that is made in it, and what they are to be.
struct Dated {
  Node* node;
  uint64_t time;
};

/// Files with several names have one inode number in the archive.
struct Linked {
  uint32_t inode;
  Node* node;
};

class Unpacker {
 public:
  explicit Unpacker(Tree& tree) : tree_(tree) {}

  Status add(const Header& header, const char* path, const uint8_t* data) {
    while (*path == '/') ++path;
    if (*path == 0 || strcmp(path, ".") == 0) {
      return set_attributes(tree_.root(), header);
    }
    Place place;
    if (const Status status = find_place(path, place); status != Status::Ok) return status;
    Node* node = place.node;
    if (node == nullptr) {
      if (const Status status = make(header, place, data, node); status != Status::Ok) return status;
    }
    if (node->is_regular() && header.field[kSize] != 0) node->content.set_original(data, header.field[kSize]);
    return set_attributes(*node, header);
  }

  /// After the last file: what the making of files has changed is put right.
  void finish() {
    for (const Dated& directory : directories_) set_times(*directory.node, directory.time);
  }

 private:
  /// Directories on the way that the archive does not name are made.
  Status find_place(const char* path, Place& place) {
    for (;;) {
      memcpy(buffer_.text, path, strlen(path) + 1);
      const Status status = tree_.walk(tree_.root(), buffer_, LastName::Leave, place);
      if (status != Status::NotFound) return status;
      if (const Status made = make_missing(path); made != Status::Ok) return made;
    }
  }

  /// Makes the first directory of the path that is missing.
  Status make_missing(const char* path) {
    for (const char* end = path; *end != 0; ++end) {
      if (*end != '/') continue;
      const auto length = static_cast<uint64_t>(end - path);
      memcpy(buffer_.text, path, length);
      buffer_.text[length] = 0;
      Place place;
      if (const Status status = tree_.walk(tree_.root(), buffer_, LastName::Follow, place); status != Status::Ok)
        return status;
      if (place.node != nullptr) continue;
      Node* made = nullptr;
      return tree_.make(place, kTypeDirectory | 0755, 0, made);
    }
    return Status::Invalid;
  }

  Status make(const Header& header, const Place& place, const uint8_t* data, Node*& node) {
    const uint32_t mode = header.field[kMode];
    if ((mode & kTypeMask) == kTypeLink) {
      char target[kMaximumPath];
      const uint64_t length = header.field[kSize];
      if (length == 0 || length >= sizeof target) return Status::Invalid;
      memcpy(target, data, length);
      target[length] = 0;
      const Status status = tree_.make_link(place, target);
      if (status == Status::Ok) node = place.parent->names.find(place.name)->node;
      return status;
    }
    const bool is_linked = (mode & kTypeMask) == kTypeRegular && header.field[kLinks] > 1;
    if (is_linked) {
      for (const Linked& linked : linked_) {
        if (linked.inode != header.field[kInode]) continue;
        node = linked.node;
        return tree_.link(*node, place);
      }
    }
    const uint64_t rdev = uint64_t{header.field[kRdevMajor]} << 8 | header.field[kRdevMinor];
    if (const Status status = tree_.make(place, mode, rdev, node); status != Status::Ok) return status;
    if (is_linked && !linked_.push_back({header.field[kInode], node})) return Status::NoSpace;
    return Status::Ok;
  }

  Status set_attributes(Node& node, const Header& header) {
    node.mode = node.type() | (header.field[kMode] & kPermissionMask);
    node.uid = header.field[kUid];
    node.gid = header.field[kGid];
    const uint64_t time = header.field[kTime] * kSecond;
    set_times(node, time);
    if (!node.is_directory()) return Status::Ok;
    return directories_.push_back({&node, time}) ? Status::Ok : Status::NoSpace;
  }
  static void set_times(Node& node, uint64_t time) { node.access_time = node.modify_time = node.change_time = time; }

  Tree& tree_;
  PathBuffer buffer_;
  Vector<Linked> linked_;
  Vector<Dated> directories_;
};

}  // namespace

Status unpack(Tree& tree, const uint8_t* archive, uint64_t size) {
  Unpacker unpacker(tree);
  for (uint64_t at = 0;;) {
    Header header;
    if (size - at < kHeaderSize || !parse(archive + at, header)) return Status::Invalid;
    const uint64_t name_at = at + kHeaderSize, name_size = header.field[kNameSize];
    const uint64_t data_at = round_up(name_at + name_size), data_size = header.field[kSize];
    if (name_size == 0 || name_size > kMaximumPath || data_at > size || data_size > size - data_at)
      return Status::Invalid;
    const char* name = reinterpret_cast<const char*>(archive + name_at);
    if (name[name_size - 1] != 0) return Status::Invalid;
    if (strcmp(name, "TRAILER!!!") == 0) {
      unpacker.finish();
      return Status::Ok;
    }
    if (const Status status = unpacker.add(header, name, archive + data_at); status != Status::Ok) return status;
    at = round_up(data_at + data_size);
    if (at > size) return Status::Invalid;
  }
}

}  // namespace hop::files
