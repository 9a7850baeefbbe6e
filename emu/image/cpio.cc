// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/cpio.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

namespace emu {
namespace {

constexpr size_t kAlignment = 4;

/// The fields of a header that are not always zero here, in their order.
struct Header {
  uint32_t inode = 0, mode = 0, user = 0, group = 0, links = 1, modified = 0, size = 0;
};

void append(Bytes& archive, std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  archive.insert(archive.end(), bytes, bytes + text.size());
}

void pad(Bytes& archive) {
  archive.resize((archive.size() + kAlignment - 1) / kAlignment * kAlignment);
}

void append_entry(Bytes& archive, const Header& header, std::string_view name, std::span<const std::byte> content) {
  append(archive, fmt::format("070701{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}",
                              header.inode, header.mode, header.user, header.group, header.links, header.modified,
                              header.size, 0, 0, 0, 0, name.size() + 1, 0));
  append(archive, name);
  archive.push_back(std::byte{0});
  pad(archive);
  archive.insert(archive.end(), content.begin(), content.end());
  pad(archive);
}

/// Several names of one file.
struct Links {
  uint32_t inode = 0;
  uint32_t count = 0;
  uint32_t written = 0;
};

using LinkTable = std::map<std::pair<uint64_t, uint64_t>, Links>;

std::pair<uint64_t, uint64_t> identity(const FileNode& node) {
  return {node.host_device, node.host_inode};
}

bool has_identity(const FileNode& node) {
  return S_ISREG(node.mode) && node.host_inode != 0;
}

LinkTable count_links(const FileTree& tree) {
  LinkTable table;
  for (const auto& [path, node] : tree.nodes()) {
    if (has_identity(node)) ++table[identity(node)].count;
  }
  return table;
}

}  // namespace

Result<Bytes> write_cpio(const FileTree& tree) {
  Bytes archive;
  archive.reserve(tree.content_size() + tree.nodes().size() * 160);
  LinkTable links = count_links(tree);
  uint32_t next_inode = 1;
  for (const auto& [path, node] : tree.nodes()) {
    Header header;
    header.mode = node.mode;
    header.user = node.user;
    header.group = node.group;
    header.modified =
        static_cast<uint32_t>(std::clamp<int64_t>(node.modified, 0, std::numeric_limits<uint32_t>::max()));
    header.links = S_ISDIR(node.mode) ? 2 : 1;
    bool has_content = S_ISREG(node.mode);
    if (has_identity(node)) {
      Links& group = links[identity(node)];
      if (group.inode == 0) group.inode = next_inode++;
      header.inode = group.inode;
      header.links = group.count;
      has_content = ++group.written == group.count;
    } else {
      header.inode = next_inode++;
    }
    Bytes content;
    if (has_content) {
      if (node.size > std::numeric_limits<uint32_t>::max()) {
        return Error{fmt::format("{} has 4 GiB or more, which the guest's root cannot hold", node.source)};
      }
      Result<Bytes> read = read_host_file(node.source, node.size);
      if (!read) return Error{read.error()};
      content = std::move(read.value());
    } else if (S_ISLNK(node.mode)) {
      append(content, node.target);
    }
    header.size = static_cast<uint32_t>(content.size());
    append_entry(archive, header, path.empty() ? "." : path, content);
  }
  append_entry(archive, Header{}, "TRAILER!!!", {});
  return archive;
}

}  // namespace emu
