// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/operations.h"

#include "userland/runtime/caller_memory.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/memory.h"

namespace hop::files {

namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kPage = 4096, kBlock = 512, kDeviceNumber = 0x801, kVolumeNumber = 0xfe00;
constexpr uint64_t kDirectorySize = 4096;
constexpr uint64_t kLongestInInode = 59;  // ext4 keeps the target of a short symbolic link in the inode

Reply value(int64_t number) {
  return {number, 0};
}

LastName last_name_of(uint64_t flags) {
  return (flags & kNoFollow) != 0 ? LastName::Keep : LastName::Follow;
}

uint64_t size_of(const Node& node) {
  if (node.is_directory()) return node.mount != nullptr ? Mount::own(node).size : kDirectorySize;
  if (node.is_link()) return node.target_length;
  return node.mount != nullptr ? Mount::own(node).size : node.content.size();
}

/// Units of 512 bytes.
uint64_t blocks_of(const Node& node) {
  if (node.mount != nullptr) return Mount::own(node).sectors;
  if (node.is_directory()) return kDirectorySize / kBlock;
  if (node.is_link()) return node.target_length > kLongestInInode ? kPage / kBlock : 0;
  return node.content.blocks();
}

FileStatus status_of(const Node& node) {
  FileStatus status{};
  status.device = node.mount != nullptr ? kVolumeNumber : kDeviceNumber;
  status.inode = node.inode;
  status.links = node.links;
  status.mode = node.mode;
  status.uid = node.uid;
  status.gid = node.gid;
  status.rdev = node.rdev;
  status.size = static_cast<int64_t>(size_of(node));
  status.block_size = kPage;
  status.blocks = static_cast<int64_t>(blocks_of(node));
  status.access_seconds = node.access_time / kSecond;
  status.access_nanoseconds = node.access_time % kSecond;
  status.modify_seconds = node.modify_time / kSecond;
  status.modify_nanoseconds = node.modify_time % kSecond;
  status.change_seconds = node.change_time / kSecond;
  status.change_nanoseconds = node.change_time % kSecond;
  return status;
}

}  // namespace

Status Operations::find(uint64_t directory, uint64_t path_pointer, LastName last_name, PathBuffer& path, Place& place) {
  const int64_t length = copy_string_from_caller(path.text, path_pointer, kMaximumPath);
  if (length < 0) return static_cast<Status>(length);
  Node* from = &tree_.root();
  if (path.text[0] != '/' && path.text[0] != 0 && directory != kRootDirectory) {
    from = handles_.find(directory);
    if (from == nullptr) return Status::BadHandle;
  }
  return tree_.walk(*from, path, last_name, place);
}

Status Operations::find_node(uint64_t handle, uint64_t path_pointer, LastName last_name, Node*& node) {
  if (path_pointer == 0) {
    node = handle == kRootDirectory ? &tree_.root() : handles_.find(handle);
    return node == nullptr ? Status::BadHandle : tree_.refresh(*node);
  }
  PathBuffer path;
  Place place;
  const Status status = find(handle, path_pointer, last_name, path, place);
  node = place.node;
  return status == Status::Ok && node == nullptr ? Status::NotFound : status;
}

Reply Operations::open(const Arguments& a) {
  const uint64_t flags = a.c;
  const bool creates = (flags & kOpenCreate) != 0;
  const bool is_exclusive = creates && (flags & kOpenExclusive) != 0;
  const LastName last_name = is_exclusive                   ? LastName::Leave
                             : (flags & kOpenNoFollow) != 0 ? LastName::Keep
                                                            : LastName::Follow;
  PathBuffer path;
  Place place;
  if (Status status = find(a.a, a.b, last_name, path, place); status != Status::Ok) {
    // a file with a slash behind it: who wanted to make it is told so in other words
    if (status == Status::NotDirectory && creates && find(a.a, a.b, LastName::Leave, path, place) == Status::Ok)
      status = Status::IsDirectory;
    return reply(status);
  }
  Node* node = place.node;
  if (creates && place.has_slash && place.ending == Ending::Name) return reply(Status::IsDirectory);
  if (node == nullptr) {
    if (!creates) return reply(Status::NotFound);
    const uint32_t mode = kTypeRegular | (static_cast<uint32_t>(a.d) & kPermissionMask);
    if (const Status status = tree_.make(place, mode, 0, node); status != Status::Ok) return reply(status);
  } else {
    if (is_exclusive) return reply(Status::Exists);
    if (node->is_directory() && creates) return reply(Status::IsDirectory);
    if ((flags & kOpenDirectory) != 0 && !node->is_directory()) return reply(Status::NotDirectory);
    if (node->is_link()) return reply(Status::SymbolicLinkLoop);
    if (node->is_directory() && (flags & (kOpenWrite | kOpenTruncate)) != 0) return reply(Status::IsDirectory);
  }
  const int64_t handle = handles_.add(tree_, *node);
  if (handle >= 0 && place.node != nullptr && (flags & kOpenTruncate) != 0 && node->is_regular()) {
    if (const Status status = tree_.truncate(*node, 0); status != Status::Ok) {
      if (handles_.remove(tree_, static_cast<uint64_t>(handle)) != Status::Ok) __builtin_trap();
      return reply(status);
    }
  }
  return {handle, node->mode | node->rdev << 32};
}

Reply Operations::read(const Arguments& a) {
  Node* node = handles_.find(a.a);
  if (node == nullptr) return reply(Status::BadHandle);
  if (node->is_directory()) return reply(Status::IsDirectory);
  uint64_t to = a.c;
  const int64_t got = tree_.read(*node, a.b, a.d, [&](const uint8_t* bytes, uint64_t count) {
    const uint64_t taken = bytes == nullptr ? zero_some_for_caller(to, count) : copy_some_to_caller(to, bytes, count);
    to += taken;
    return taken;
  });
  return value(got);
}

Reply Operations::write(const Arguments& a) {
  Node* node = handles_.find(a.a);
  if (node == nullptr) return reply(Status::BadHandle);
  if (!node->is_regular()) return reply(node->is_directory() ? Status::IsDirectory : Status::Invalid);
  if (const Status status = tree_.refresh(*node); status != Status::Ok) return reply(status);
  const uint64_t offset = a.b == ~uint64_t{0} ? size_of(*node) : a.b;
  uint64_t from = a.c;
  const int64_t written = tree_.write(*node, offset, a.d, [&](uint8_t* to, uint64_t count) {
    const uint64_t given = copy_some_from_caller(to, from, count);
    from += given;
    return given;
  });
  return {written, offset};
}

Status Operations::truncate(const Arguments& a) {
  Node* node = handles_.find(a.a);
  if (node == nullptr) return Status::BadHandle;
  if (!node->is_regular()) return node->is_directory() ? Status::IsDirectory : Status::Invalid;
  return tree_.truncate(*node, a.b);
}

Status Operations::write_status(const Node& node, uint64_t pointer) {
  const FileStatus status = status_of(node);
  return copy_to_caller(pointer, &status, sizeof status);
}

Reply Operations::read_directory(const Arguments& a) {
  Node* node = handles_.find(a.a);
  if (node == nullptr) return reply(Status::BadHandle);
  if (!node->is_directory()) return reply(Status::NotDirectory);
  constexpr uint64_t kNameAt = offsetof(DirectoryEntry, name);
  uint64_t used = 0, cookie = a.b;
  alignas(8) uint8_t record[kNameAt + kMaximumName + 1 + 8];
  Status status = Status::Ok;
  const auto put = [&](const Name& name, uint64_t inode, uint32_t type, uint64_t next) {
    const uint64_t size = (kNameAt + name.length + 1 + 7) / 8 * 8;
    if (size > a.d - used) status = Status::OutOfRange;
    if (status != Status::Ok) return false;
    memset(record, 0, size);
    auto& entry = *reinterpret_cast<DirectoryEntry*>(record);
    entry.inode = inode;
    entry.cookie = static_cast<int64_t>(next);
    entry.record_length = static_cast<uint16_t>(size);
    entry.type = static_cast<uint8_t>(type);
    memcpy(record + kNameAt, name.text, name.length);
    status = copy_to_caller(a.c + used, record, size);
    if (status != Status::Ok) return false;
    used += size;
    cookie = next;
    return true;
  };

  if (const Status fresh = tree_.refresh(*node); fresh != Status::Ok) return reply(fresh);
  if (node->links == 0) return reply(Status::NotFound);
  const Status read = tree_.read_directory(*node, cookie, put);
  if (status == Status::Ok) status = read;
  if (status != Status::Ok && used == 0) return reply(status == Status::OutOfRange ? Status::Invalid : status);
  return {static_cast<int64_t>(used), cookie};
}

Status Operations::make(uint64_t directory, uint64_t path_pointer, uint32_t mode, uint64_t rdev) {
  PathBuffer path;
  Place place;
  if (const Status status = find(directory, path_pointer, LastName::Leave, path, place); status != Status::Ok)
    return status;
  Node* made = nullptr;
  return tree_.make(place, mode, rdev, made);
}

Status Operations::unlink(const Arguments& a) {
  PathBuffer path;
  Place place;
  if (const Status status = find(a.a, a.b, LastName::Leave, path, place); status != Status::Ok) return status;
  return tree_.unlink(place, (a.c & kRemoveDirectory) != 0);
}

Reply Operations::rename(const Arguments& a) {
  PathBuffer from_path, to_path;
  Place from, to;
  if (const Status status = find(a.a, a.b, LastName::Leave, from_path, from); status != Status::Ok)
    return reply(status);
  if (const Status status = find(a.c, a.d, LastName::Leave, to_path, to); status != Status::Ok) return reply(status);
  return reply(tree_.rename(from, to, (a.e & kNoReplace) == 0));
}

Reply Operations::link(const Arguments& a) {
  Node* node = nullptr;
  const LastName last_name = (a.e & kFollow) != 0 ? LastName::Follow : LastName::Keep;
  if (const Status status = find_node(a.a, a.b, last_name, node); status != Status::Ok) return reply(status);
  PathBuffer path;
  Place place;
  if (const Status status = find(a.c, a.d, LastName::Leave, path, place); status != Status::Ok) return reply(status);
  return reply(tree_.link(*node, place));
}

Reply Operations::symbolic_link(const Arguments& a) {
  PathBuffer target, path;
  const int64_t length = copy_string_from_caller(target.text, a.a, kMaximumPath);
  if (length < 0) return value(length);
  if (length == 0) return reply(Status::NotFound);
  Place place;
  if (const Status status = find(a.b, a.c, LastName::Leave, path, place); status != Status::Ok) return reply(status);
  return reply(tree_.make_link(place, target.text));
}

Reply Operations::read_link(const Arguments& a) {
  Node* node = nullptr;
  if (const Status status = find_node(a.a, a.b, LastName::Keep, node); status != Status::Ok) return reply(status);
  if (!node->is_link()) return reply(Status::Invalid);
  const uint64_t count = node->target_length < a.d ? node->target_length : a.d;
  const Status status = copy_to_caller(a.c, node->target, count);
  return status == Status::Ok ? value(static_cast<int64_t>(count)) : reply(status);
}

Status Operations::set_times(Node& node, uint64_t access, uint64_t modify) {
  ext2::AttributeChange change;
  if (access != kTimeKeep) change.access_time = access == kTimeNow ? tree_.now() : access;
  if (modify != kTimeKeep) change.modify_time = modify == kTimeNow ? tree_.now() : modify;
  return tree_.change(node, change);
}

Reply Operations::path(const Arguments& a) {
  Node* node = a.a == kRootDirectory ? &tree_.root() : handles_.find(a.a);
  if (node == nullptr) return reply(Status::BadHandle);
  char text[kMaximumPath];
  const int64_t length = tree_.path_of(*node, text, sizeof text);
  if (length < 0) return value(length);
  if (static_cast<uint64_t>(length) > a.c) return reply(Status::OutOfRange);
  const Status status = copy_to_caller(a.b, text, static_cast<uint64_t>(length));
  return status == Status::Ok ? value(length) : reply(status);
}

Reply Operations::file_system(const Arguments& a) {
  const FileSystemStatus status{kPage, kernel::info(SystemInfo::TotalMemory) / kPage, room() / kPage, tree_.nodes()};
  return reply(copy_to_caller(a.a, &status, sizeof status));
}

Reply Operations::serve(const Request& request) {
  const Arguments& a = request.arguments;
  Node* node = nullptr;
  Status status = Status::Ok;
  ext2::AttributeChange change;
  tree_.trim();
  switch (static_cast<Operation>(request.operation)) {
    case Operation::Open:
      return open(a);
    case Operation::Close:
      return reply(handles_.remove(tree_, a.a));
    case Operation::Read:
      return read(a);
    case Operation::Write:
      return write(a);
    case Operation::Truncate:
      return reply(truncate(a));
    case Operation::Status:
      status = find_node(a.a, 0, LastName::Follow, node);
      return reply(status == Status::Ok ? write_status(*node, a.b) : status);
    case Operation::StatusAt:
      status = find_node(a.a, a.b, last_name_of(a.d), node);
      return reply(status == Status::Ok ? write_status(*node, a.c) : status);
    case Operation::ReadDirectory:
      return read_directory(a);
    case Operation::MakeDirectory:
      return reply(make(a.a, a.b, kTypeDirectory | (static_cast<uint32_t>(a.c) & kPermissionMask), 0));
    case Operation::Unlink:
      return reply(unlink(a));
    case Operation::Rename:
      return rename(a);
    case Operation::Link:
      return link(a);
    case Operation::SymbolicLink:
      return symbolic_link(a);
    case Operation::ReadLink:
      return read_link(a);
    case Operation::ChangeMode:
      status = find_node(a.a, a.b, last_name_of(a.d), node);
      if (status != Status::Ok) return reply(status);
      change.permissions = a.c & kPermissionMask;
      return reply(tree_.change(*node, change));
    case Operation::ChangeOwner:
      status = find_node(a.a, a.b, last_name_of(a.e), node);
      if (status != Status::Ok) return reply(status);
      if (static_cast<uint32_t>(a.c) != ~0u) change.uid = static_cast<uint32_t>(a.c);
      if (static_cast<uint32_t>(a.d) != ~0u) change.gid = static_cast<uint32_t>(a.d);
      // as chown on Linux: a new owner gets no set-user-id program by it
      if (!node->is_directory())
        change.permissions =
            node->mode & kPermissionMask & ~kSetUserMask & ~((node->mode & 010) != 0 ? kSetGroupMask : 0u);
      return reply(tree_.change(*node, change));
    case Operation::SetTimes:
      status = find_node(a.a, a.b, last_name_of(a.e), node);
      return reply(status == Status::Ok ? set_times(*node, a.c, a.d) : status);
    case Operation::Path:
      return path(a);
    case Operation::FileSystem:
      return file_system(a);
    case Operation::MakeNode: {
      const auto mode = static_cast<uint32_t>(a.c);
      const uint32_t type = mode & kTypeMask;
      if (type != 0 && type != kTypeRegular && type != kTypeFifo && type != kTypeCharacter)
        return reply(Status::NotPermitted);
      return reply(make(a.a, a.b, type == 0 ? mode | kTypeRegular : mode, a.d));
    }
    case Operation::Duplicate:
      status = find_node(a.a, 0, LastName::Follow, node);
      return status == Status::Ok ? value(handles_.add(tree_, *node)) : reply(status);
  }
  return reply(Status::NoSuchCall);
}

}  // namespace hop::files
