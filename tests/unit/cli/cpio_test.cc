// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/cpio.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <fstream>

#include "emu/image/packer.h"
#include "tests/unit/cli/cpio_reader.h"
#include "tests/unit/cli/scratch.h"

using emu::FileTree;
using emu::Packer;
using test::CpioEntry;
using test::Scratch;
using Words = std::vector<std::string>;

namespace {

constexpr uint64_t kNoLimit = ~uint64_t{0};

std::vector<CpioEntry> entries_of(const FileTree& tree) {
  emu::Result<emu::Bytes> archive = emu::write_cpio(tree);
  INFO((archive ? std::string() : archive.error()));
  REQUIRE(archive);
  return test::read_cpio(archive.value());
}

std::vector<CpioEntry> pack(const std::string& directory) {
  FileTree tree(0);
  Packer packer(tree, kNoLimit);
  const emu::MaybeError wrong = packer.pack_root(directory);
  INFO((wrong ? wrong->sentence : std::string()));
  REQUIRE_FALSE(wrong);
  return entries_of(tree);
}

}  // namespace

TEST_CASE("an empty tree is an archive with the root alone") {
  const auto entries = entries_of(FileTree(77));
  REQUIRE(test::names(entries) == Words{"."});
  CHECK(entries[0].mode == (S_IFDIR | 0755));
  CHECK(entries[0].modified == 77);
}

TEST_CASE("a directory tree keeps names, contents, modes, owners and times") {
  const Scratch scratch;
  scratch.file("a/b/one", "1", 0640);
  scratch.file("a/two", "22\n", 0755);
  scratch.file("a-b", std::string("\0binary", 7), 04711);
  scratch.file("empty", "", 0600);
  scratch.directory("a/b/none", 01777);
  scratch.link("a/link", "../nowhere");
  const timespec times[2] = {{12, 0}, {1'000'000'007, 5}};
  REQUIRE(utimensat(AT_FDCWD, (scratch / "a/two").c_str(), times, 0) == 0);

  const auto entries = pack(scratch.path());
  CHECK(test::names(entries) == Words{".", "a", "a-b", "a/b", "a/b/none", "a/b/one", "a/link", "a/two", "empty"});
  CHECK(test::entry(entries, "a/b/one").content == "1");
  CHECK(test::entry(entries, "a/b/one").mode == (S_IFREG | 0640));
  CHECK(test::entry(entries, "a-b").content == std::string("\0binary", 7));
  CHECK(test::entry(entries, "a-b").mode == (S_IFREG | 04711));
  CHECK(test::entry(entries, "a/b/none").mode == (S_IFDIR | 01777));
  CHECK(test::entry(entries, "a/link").content == "../nowhere");
  CHECK(S_ISLNK(test::entry(entries, "a/link").mode));
  CHECK(test::entry(entries, "a/two").modified == 1'000'000'007);
  CHECK(test::entry(entries, "empty").content.empty());
  CHECK(test::entry(entries, "empty").user == getuid());
  CHECK(test::entry(entries, "empty").group == getgid());
  for (const CpioEntry& each : entries) {
    if (!S_ISDIR(each.mode)) CHECK(each.links == 1);
  }
}

TEST_CASE("parents come before their children in the archive") {
  const Scratch scratch;
  scratch.file("a.b/x", "");
  scratch.file("a/x", "");
  scratch.file("a!/x", "");
  CHECK(test::names(pack(scratch.path())) == Words{".", "a", "a!", "a!/x", "a.b", "a.b/x", "a/x"});
}

TEST_CASE("names of one file share an inode and the last one has the content") {
  const Scratch scratch;
  const std::string first = scratch.file("b", "content");
  REQUIRE(link(first.c_str(), (scratch / "a").c_str()) == 0);
  REQUIRE(link(first.c_str(), (scratch / "c").c_str()) == 0);
  scratch.file("d", "other");
  const auto entries = pack(scratch.path());
  CHECK(test::entry(entries, "a").inode == test::entry(entries, "c").inode);
  CHECK(test::entry(entries, "b").inode == test::entry(entries, "c").inode);
  CHECK(test::entry(entries, "d").inode != test::entry(entries, "c").inode);
  CHECK(test::entry(entries, "a").links == 3);
  CHECK(test::entry(entries, "a").content.empty());
  CHECK(test::entry(entries, "b").content.empty());
  CHECK(test::entry(entries, "c").content == "content");
}

TEST_CASE("a file with a name outside the tree counts only the names inside") {
  const Scratch scratch;
  const std::string outside = scratch.file("outside", "content");
  scratch.directory("in");
  REQUIRE(link(outside.c_str(), (scratch / "in/name").c_str()) == 0);
  const auto entries = pack(scratch / "in");
  CHECK(test::entry(entries, "name").links == 1);
  CHECK(test::entry(entries, "name").content == "content");
}

TEST_CASE("the same tree gives the same bytes") {
  const Scratch scratch;
  for (const char* name : {"x", "a/x", "z/y/x", "b"}) scratch.file(name, name);
  FileTree one(0), two(0);
  REQUIRE_FALSE(Packer(one, kNoLimit).pack_root(scratch.path()));
  REQUIRE_FALSE(Packer(two, kNoLimit).pack_root(scratch.path()));
  CHECK(emu::write_cpio(one).value() == emu::write_cpio(two).value());
}

TEST_CASE("sockets, pipes and devices are left out and counted") {
  const Scratch scratch;
  scratch.file("file", "");
  REQUIRE(mkfifo((scratch / "pipe").c_str(), 0600) == 0);
  REQUIRE(mkfifo((scratch / "pipe2").c_str(), 0600) == 0);
  FileTree tree(0);
  Packer packer(tree, kNoLimit);
  REQUIRE_FALSE(packer.pack_root(scratch.path()));
  CHECK(packer.skipped() == 2);
  CHECK(packer.first_skipped() == scratch / "pipe");
  CHECK(test::names(entries_of(tree)) == Words{".", "file"});
}

TEST_CASE("a file that changes its size while it is read is refused") {
  const Scratch scratch;
  const std::string path = scratch.file("log", "12345");
  FileTree tree(0);
  Packer packer(tree, kNoLimit);
  REQUIRE_FALSE(packer.pack_root(scratch.path()));
  for (const char* content : {"1234", "123456"}) {
    std::ofstream(path) << content;
    const emu::Result<emu::Bytes> archive = emu::write_cpio(tree);
    REQUIRE_FALSE(archive);
    CHECK(archive.error() == path + " changed its size while it was read; try again when nothing writes to it");
  }
}

TEST_CASE("more files than the guest's memory holds are refused") {
  const Scratch scratch;
  scratch.file("a", std::string(3 << 20, 'x'));
  FileTree tree(0);
  const emu::MaybeError wrong = Packer(tree, 2 << 20).pack_root(scratch.path());
  REQUIRE(wrong);
  CHECK(wrong->sentence ==
        "the files for the guest have more than 2 MiB, too much for its memory; take fewer files, or more memory with "
        "--memory=SIZE");
}

TEST_CASE("a path is packed with its parents and the links on the way") {
  const Scratch scratch;
  scratch.file("real/sub/file", "content", 0444);
  scratch.file("real/other", "");
  scratch.directory("real/sub", 0711);
  scratch.link("way", "real/./sub");
  scratch.link("real/sub/again", "../../way/file");
  FileTree tree(0);
  Packer packer(tree, kNoLimit);
  REQUIRE_FALSE(packer.pack_path(scratch.path(), "way/again"));
  const std::string base = scratch.path().substr(1);
  REQUIRE(tree.find(base + "/way") != nullptr);
  CHECK(tree.find(base + "/way")->target == "real/./sub");
  CHECK(tree.find(base + "/real/sub")->mode == (S_IFDIR | 0711));
  CHECK(tree.find(base + "/real/sub/again")->target == "../../way/file");
  REQUIRE(tree.find(base + "/real/sub/file") != nullptr);
  CHECK(tree.find(base + "/real/sub/file")->mode == (S_IFREG | 0444));
  CHECK(tree.find(base + "/real/other") == nullptr);
}

TEST_CASE("a path to a directory is packed with all that is below") {
  const Scratch scratch;
  scratch.file("d/e/f", "x");
  scratch.file("other", "x");
  FileTree tree(0);
  Packer packer(tree, kNoLimit);
  REQUIRE_FALSE(packer.pack_path(scratch.path(), "./d/../d/"));
  const std::string base = scratch.path().substr(1);
  CHECK(tree.find(base + "/d/e/f") != nullptr);
  CHECK(tree.find(base + "/other") == nullptr);
}

TEST_CASE("a path walk stops at loops, missing names and files in the middle") {
  const Scratch scratch;
  scratch.link("loop", "loop");
  scratch.file("file", "");
  emu::PathWalk walk;
  walk.root = scratch.path();
  CHECK(walk.resolve("/loop").error_number == ELOOP);
  CHECK(walk.resolve("/none").error_number == ENOENT);
  CHECK(walk.resolve("").error_number == ENOENT);
  CHECK(walk.resolve("/file/x").error_number == ENOTDIR);
  CHECK(walk.resolve("/file/").error_number == ENOTDIR);
  CHECK(walk.resolve("/../../file").path == "file");
}

TEST_CASE("absolute links in a root stay below it") {
  const Scratch scratch;
  scratch.file("usr/bin/tool", "");
  scratch.link("bin", "/usr/bin");
  emu::PathWalk walk;
  walk.root = scratch.path();
  const auto end = walk.resolve("/bin/tool");
  CHECK(end.error_number == 0);
  CHECK(end.path == "usr/bin/tool");
}

TEST_CASE("what is in the tree already is not replaced") {
  const Scratch scratch;
  scratch.file("x", "new");
  FileTree tree(0);
  emu::FileNode node;
  node.mode = S_IFDIR | 0755;
  std::string place;
  for (const char c : scratch.path().substr(1) + "/") {
    if (c == '/') REQUIRE_FALSE(tree.add(place, node));
    place += c;
  }
  node.mode = S_IFREG | 0600;
  node.size = 3;
  node.source = "old";
  REQUIRE_FALSE(tree.add(place + "x", node));
  REQUIRE_FALSE(Packer(tree, kNoLimit).pack_path("/", scratch / "x"));
  CHECK(tree.find(place + "x")->source == "old");
  node.mode = S_IFDIR;
  CHECK(tree.add(place + "x", node)->sentence ==
        "cannot put " + (scratch / "x") + " into the guest's root: something of another type is there");
}
