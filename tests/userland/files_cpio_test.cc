// SPDX-License-Identifier: GPL-2.0-or-later
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "userland/services/files/cpio.h"

namespace {

using hop::Status;
using hop::files::Place;
using hop::files::Tree;

uint64_t fixed_time() {
  return 5;
}

struct Member {
  std::string name;
  uint32_t mode;
  std::string bytes;
  uint32_t inode = 1, links = 1;
};

std::string archive_of(const std::vector<Member>& members) {
  std::string archive;
  const auto pad = [&] { archive.resize((archive.size() + 3) / 4 * 4); };
  const auto add = [&](const Member& member) {
    char header[111];
    std::snprintf(header, sizeof header, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", member.inode,
                  member.mode, 7u, 8u, member.links, 1234u, member.bytes.size(), 0u, 0u, 0u, 0u, member.name.size() + 1,
                  0u);
    archive += header;
    archive += member.name;
    archive += '\0';
    pad();
    archive += member.bytes;
    pad();
  };
  for (const Member& member : members) add(member);
  add({"TRAILER!!!", 0, ""});
  return archive;
}

Status unpack(Tree& tree, const std::string& archive) {
  return hop::files::unpack(tree, reinterpret_cast<const uint8_t*>(archive.data()), archive.size());
}

hop::files::Node* find(Tree& tree, const char* path, hop::files::LastName last = hop::files::LastName::Follow) {
  hop::files::PathBuffer buffer;
  std::strcpy(buffer.text, path);
  Place place;
  return tree.walk(tree.root(), buffer, last, place) == Status::Ok ? place.node : nullptr;
}

std::string bytes_of(const hop::files::Node& node) {
  std::string bytes;
  CHECK(node.content.read(0, node.content.size(), [&](const uint8_t* piece, uint64_t count) {
    bytes.append(reinterpret_cast<const char*>(piece), count);
    return count;
  }) == static_cast<int64_t>(node.content.size()));
  return bytes;
}

const std::vector<Member> kMembers = {
    {".", 040711, ""},
    {"etc", 040755, ""},
    {"etc/passwd", 0100640, "root:x:0:0\n"},
    {"bin/tool", 0100755, "#!"},
    {"link", 0120777, "bin/tool"},
    {"one", 0100644, "", 9, 2},
    {"two", 0100644, "shared", 9, 2},
};

}  // namespace

TEST_CASE("an archive becomes a tree with its modes, owners and times") {
  Tree tree(fixed_time);
  const std::string archive = archive_of(kMembers);
  REQUIRE(unpack(tree, archive) == Status::Ok);
  hop::files::Node* passwd = find(tree, "etc/passwd");
  REQUIRE(passwd != nullptr);
  CHECK(passwd->mode == 0100640);
  CHECK(passwd->uid == 7);
  CHECK(passwd->gid == 8);
  CHECK(passwd->modify_time == uint64_t{1234} * 1'000'000'000);
  CHECK(bytes_of(*passwd) == "root:x:0:0\n");
  CHECK((tree.root().mode & 07777) == 0711);
  REQUIRE(find(tree, "bin") != nullptr);
  CHECK(find(tree, "bin")->is_directory());
  CHECK(find(tree, "link") == find(tree, "bin/tool"));
}

TEST_CASE("a directory keeps the archive's time whatever is made in it afterwards") {
  Tree tree(fixed_time);
  REQUIRE(unpack(tree, archive_of({{".", 0040711, ""},
                                   {"folder", 0040755, ""},
                                   {"folder/inner", 0040755, ""},
                                   {"folder/inner/file", 0100644, "x"},
                                   {"unnamed/file", 0100644, "y"}})) == Status::Ok);
  constexpr uint64_t kArchived = uint64_t{1234} * 1'000'000'000;
  CHECK(tree.root().modify_time == kArchived);
  for (const char* path : {"folder", "folder/inner"}) {
    INFO(path);
    const hop::files::Node* directory = find(tree, path);
    REQUIRE(directory != nullptr);
    CHECK(directory->modify_time == kArchived);
    CHECK(directory->change_time == kArchived);
  }
  REQUIRE(find(tree, "unnamed") != nullptr);
  CHECK(find(tree, "unnamed")->modify_time == fixed_time());
}

TEST_CASE("two names of one inode in an archive are two names of one file") {
  Tree tree(fixed_time);
  const std::string archive = archive_of(kMembers);
  REQUIRE(unpack(tree, archive) == Status::Ok);
  REQUIRE(find(tree, "one") != nullptr);
  CHECK(find(tree, "one") == find(tree, "two"));
  CHECK(find(tree, "one")->links == 2);
  CHECK(bytes_of(*find(tree, "one")) == "shared");
}

TEST_CASE("an archive that is cut anywhere is refused and nothing outside it is read") {
  const std::string whole = archive_of(kMembers);
  for (size_t length = 0; length + 4 < whole.size(); ++length) {
    const std::string cut(whole, 0, length);
    Tree tree(fixed_time);
    INFO(length);
    CHECK(unpack(tree, std::string(cut)) == Status::Invalid);
  }
}

TEST_CASE("archives with random damage are unpacked or refused, never worse") {
  std::mt19937 random(3);
  const std::string whole = archive_of(kMembers);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = whole;
    for (unsigned i = 0; i < 3; ++i)
      damaged[random() % damaged.size()] = static_cast<char>("0123456789ABCDEF/."[random() % 18]);
    Tree tree(fixed_time);
    refused += unpack(tree, damaged) != Status::Ok;
  }
  CHECK(refused > 0);
}
