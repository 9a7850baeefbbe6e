// SPDX-License-Identifier: GPL-2.0-or-later
// Full disks, large files, removed files in use, features.
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>

#include "tests/userland/ext2_image.h"

namespace {

using hop::Status;
using hop::ext2::Attributes;
using hop::ext2::Volume;
using test::Format;
using test::MountedImage;

void check_clean(MountedImage& mounted) {
  REQUIRE(mounted.volume().sync() == Status::Ok);
  REQUIRE(test::faults_of(mounted.device().image()) == "");
}

std::string mount_reason(const test::Image& image, Status& status, bool& is_read_only) {
  test::MemoryDevice device(image);
  Volume* volume = nullptr;
  const char* reason = nullptr;
  status = Volume::mount(device, {false, 64, test::ticking_clock}, volume, reason);
  if (status == Status::Ok) {
    is_read_only = volume->is_read_only();
    uint32_t made = 0;
    const Status changed = volume->make(hop::ext2::kRootInode, {"new", 3}, S_IFREG | 0644, 0, made);
    CHECK(changed == (is_read_only ? Status::ReadOnly : Status::Ok));
    CHECK(Volume::unmount(volume) == Status::Ok);
    if (is_read_only) CHECK((device.image() == image));
  }
  return reason == nullptr ? "" : reason;
}

}  // namespace

TEST_CASE("a disk that is full refuses what does not fit and keeps what it has") {
  for (const Format& format : test::all_formats()) {
    Format small = format;
    small.kilobytes = 512 * (format.block_size / 1024);
    small.inodes = 64;
    INFO(format.text());
    MountedImage mounted(test::make_image(small));
    const uint64_t free_blocks = mounted.volume().usage().free_blocks,
                   free_inodes = mounted.volume().usage().free_inodes;
    REQUIRE(mounted.make("files", S_IFDIR | 0755) == 0);
    // until there are no inodes
    int made = 0;
    while (mounted.make("files/" + std::to_string(made), S_IFREG | 0644) == 0) ++made;
    CHECK(mounted.make("files/more", S_IFREG | 0644) == ENOSPC);
    CHECK(mounted.make("files/more", S_IFDIR | 0755) == ENOSPC);
    CHECK(static_cast<uint64_t>(made) == free_inodes - 1);
    CHECK(mounted.volume().usage().free_inodes == 0);
    check_clean(mounted);
    // until there are no blocks
    REQUIRE(mounted.unlink("files/1", false) == 0);
    REQUIRE(mounted.unlink("files/2", false) == 0);
    uint64_t size = 0;
    int64_t written = 0;
    while ((written = mounted.write("files/0", size, std::string(30'000, 'x'))) > 0)
      size += static_cast<uint64_t>(written);
    CHECK(written == -ENOSPC);
    CHECK(mounted.volume().usage().free_blocks == 0);
    Attributes attributes;
    REQUIRE(mounted.attributes("files/0", attributes) == 0);
    CHECK(attributes.size == size);
    CHECK(mounted.make("files/more", S_IFDIR | 0755) == ENOSPC);
    CHECK(mounted.symbolic_link(std::string(200, 't'), "files/more") == ENOSPC);
    CHECK(mounted.symbolic_link("short", "files/more") == 0);
    CHECK(mounted.write("files/3", 0, "x") == -ENOSPC);
    check_clean(mounted);
    // and what goes makes room at once
    REQUIRE(mounted.unlink("files/0", false) == 0);
    CHECK(mounted.write("files/3", 0, std::string(30'000, 'y')) == 30'000);
    REQUIRE(mounted.unlink("files/more", false) == 0);
    for (int i = 3; i < made; ++i) REQUIRE(mounted.unlink("files/" + std::to_string(i), false) == 0);
    REQUIRE(mounted.unlink("files", true) == 0);
    check_clean(mounted);
    CHECK(mounted.volume().usage().free_blocks == free_blocks);
    CHECK(mounted.volume().usage().free_inodes == free_inodes);
  }
}

TEST_CASE("a file with holes reaches through single, double and triple pointers and is truncated again") {
  Format format{1024, 2048};
  format.further = {"-O", "^large_file"};
  MountedImage mounted(test::make_image(format));
  const uint64_t free_blocks = mounted.volume().usage().free_blocks;
  REQUIRE(mounted.make("sparse", S_IFREG | 0644) == 0);
  uint32_t inode = 0;
  REQUIRE(mounted.find("sparse", inode) == 0);
  constexpr uint64_t kPlaces[] = {11 * 1024,
                                  12 * 1024,
                                  (12 + 255) * 1024,
                                  (12 + 256) * 1024,
                                  (12 + 256 + 65535) * uint64_t{1024},
                                  (12 + 256 + 65536) * uint64_t{1024},
                                  uint64_t{3} << 30,
                                  (uint64_t{16} << 30)};
  for (const uint64_t place : kPlaces) REQUIRE(mounted.write("sparse", place, "here " + std::to_string(place)) > 0);
  check_clean(mounted);
  mounted.remount();
  const auto read = [&](uint64_t offset, uint64_t length) {
    std::string bytes;
    const int64_t got = mounted.volume().read(inode, offset, length, [&](const uint8_t* piece, uint64_t count) {
      piece == nullptr ? bytes.append(count, '\0') : bytes.append(reinterpret_cast<const char*>(piece), count);
      return count;
    });
    REQUIRE(got == static_cast<int64_t>(bytes.size()));
    return bytes;
  };
  for (const uint64_t place : kPlaces) {
    const std::string text = "here " + std::to_string(place);
    CHECK(read(place, text.size()) == text);
  }
  CHECK(read(1'000'000, 5000) == std::string(5000, '\0'));
  const uint64_t largest = (12 + 256 + 65536 + 16777216) * uint64_t{1024};
  CHECK(mounted.write("sparse", largest, "x") == -EFBIG);
  CHECK(mounted.write("sparse", largest - 1, "x") == 1);
  CHECK(mounted.truncate("sparse", largest + 1) == EFBIG);
  check_clean(mounted);
  for (const uint64_t size :
       {uint64_t{3} << 30, uint64_t{70'000'000}, uint64_t{300'000}, uint64_t{12 * 1024 + 3}, uint64_t{0}}) {
    REQUIRE(mounted.truncate("sparse", size) == 0);
    check_clean(mounted);
  }
  CHECK(mounted.volume().usage().free_blocks == free_blocks);
  MountedImage old(test::make_image({1024, 1024, 0, 128}));
  REQUIRE(old.make("large", S_IFREG | 0644) == 0);
  CHECK(old.write("large", INT32_MAX, "x") == -EFBIG);
}

TEST_CASE("a file without names lives on the disk as long as it is held, and a stop then leaves nothing of it") {
  MountedImage mounted(test::make_image({1024, 1024}));
  REQUIRE(mounted.volume().sync() == Status::Ok);
  const auto before = mounted.volume().usage();
  REQUIRE(mounted.make("file", S_IFREG | 0644) == 0);
  REQUIRE(mounted.write("file", 0, std::string(300'000, 'h')) == 300'000);
  uint32_t inode = 0;
  REQUIRE(mounted.find("file", inode) == 0);
  REQUIRE(mounted.volume().hold(inode) == Status::Ok);
  REQUIRE(mounted.unlink("file", false) == 0);
  REQUIRE(mounted.volume().sync() == Status::Ok);
  Attributes attributes;
  REQUIRE(mounted.volume().attributes(inode, attributes) == Status::Ok);
  CHECK(attributes.links == 0);
  CHECK(mounted.read(inode) == std::string(300'000, 'h'));
  CHECK(mounted.volume().usage().free_inodes == before.free_inodes - 1);
  test::Image stopped = mounted.device().image();
  CHECK(test::repair(stopped));
  MountedImage repaired(stopped);
  CHECK(repaired.volume().usage().free_blocks == before.free_blocks);
  CHECK(repaired.names_in(hop::ext2::kRootInode) == std::vector<std::string>{".", "..", "lost+found"});

  mounted.volume().release_hold(inode);
  check_clean(mounted);
  CHECK(mounted.volume().usage().free_blocks == before.free_blocks);
  CHECK(mounted.volume().usage().free_inodes == before.free_inodes);
}

TEST_CASE("features that are not known keep an image from being written, or from being mounted") {
  struct Case {
    std::vector<std::string> options;
    Status status;
    bool is_read_only;
    const char* reason;
  };
  const Case cases[] = {
      {{}, Status::Ok, false, ""},
      {{"-O", "resize_inode,dir_index"}, Status::Ok, false, ""},
      {{"-O", "has_journal", "-J", "size=1"}, Status::Ok, false, ""},
      {{"-O", "^sparse_super,^filetype,^resize_inode"}, Status::Ok, false, ""},
      {{"-O", "huge_file"}, Status::Ok, true, "it has features that are known for reading only"},
      {{"-O", "metadata_csum"}, Status::Ok, true, "it has features that are known for reading only"},
      {{"-O", "extents"},
       Status::Invalid,
       true,
       "incompatible features other than filetype (ext3 with a dirty journal, ext4)"},
      {{"-O", "meta_bg,^resize_inode"},
       Status::Invalid,
       true,
       "incompatible features other than filetype (ext3 with a dirty journal, ext4)"},
  };
  for (const Case& one : cases) {
    Format format{1024, 4096};
    format.further = one.options;
    INFO((one.options.empty() ? "" : one.options[1]));
    Status status = Status::Ok;
    bool is_read_only = true;
    CHECK(mount_reason(test::make_image(format), status, is_read_only) == one.reason);
    CHECK(status == one.status);
    CHECK(is_read_only == one.is_read_only);
  }
  test::Image image = test::make_image({1024, 1024});
  Status status = Status::Ok;
  bool is_read_only = false;
  image[1024 + 58] = 0;  // s_state
  CHECK(mount_reason(image, status, is_read_only) == "it was not unmounted cleanly; run e2fsck");
  CHECK(is_read_only);
  image[1024 + 56] = 0;  // s_magic
  CHECK(mount_reason(image, status, is_read_only) == "no ext2 superblock");
  CHECK(status == Status::Invalid);
  image.resize(1024);
  CHECK(mount_reason(image, status, is_read_only) == "it cannot be read");
}

TEST_CASE("an image is marked as in use by the first change and as clean by a sync") {
  MountedImage mounted(test::make_image({1024, 1024}));
  const auto state = [&] { return mounted.device().image()[1024 + 58]; };
  CHECK(state() == 1);
  REQUIRE(mounted.make("file", S_IFREG | 0644) == 0);
  CHECK(state() == 0);
  REQUIRE(mounted.volume().sync() == Status::Ok);
  CHECK(state() == 1);
}

TEST_CASE("directories with a hash tree and inodes with attribute blocks are kept right") {
  Format format{1024, 4096, 1, 128};
  test::Image image = test::make_image(format);
  {
    MountedImage mounted(image);
    REQUIRE(mounted.make("many", S_IFDIR | 0755) == 0);
    for (int i = 0; i < 300; ++i) REQUIRE(mounted.make("many/a longer name " + std::to_string(i), S_IFREG | 0644) == 0);
    REQUIRE(mounted.volume().sync() == Status::Ok);
    image = mounted.device().image();
  }
  image = test::changed_by(image, "e2fsck", {"-fyD"});
  REQUIRE(test::debugfs(image, "stat /many").find("Flags: 0x1000") != std::string::npos);
  for (const char* name : {"0", "1"})
    image = test::changed_by(image, "debugfs",
                             {"-w", "-R", std::string("ea_set \"/many/a longer name ") + name + "\" user.x y"});
  REQUIRE(test::faults_of(image).empty());
  MountedImage mounted(image);
  REQUIRE(mounted.unlink("many/a longer name 0", false) == 0);
  REQUIRE(mounted.make("many/new", S_IFREG | 0644) == 0);
  check_clean(mounted);
  for (int i = 1; i < 300; ++i) REQUIRE(mounted.unlink("many/a longer name " + std::to_string(i), false) == 0);
  REQUIRE(mounted.unlink("many/new", false) == 0);
  REQUIRE(mounted.unlink("many", true) == 0);
  check_clean(mounted);
}
