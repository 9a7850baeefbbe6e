// SPDX-License-Identifier: GPL-2.0-or-later
// Images with wrong bytes in them: whatever they say, every operation ends, and touches nothing but its own memory
// (which the sanitizers see).
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <random>

#include "tests/userland/ext2_image.h"

namespace {

using hop::Status;
using hop::ext2::Attributes;
using hop::ext2::Name;
using hop::ext2::Volume;
using test::Image;

Image populated(const test::Format& format) {
  test::MountedImage mounted(test::make_image(format));
  REQUIRE(mounted.make("folder", S_IFDIR | 0755) == 0);
  REQUIRE(mounted.make("folder/inner", S_IFDIR | 0755) == 0);
  REQUIRE(mounted.make("folder/inner/file", S_IFREG | 0644) == 0);
  REQUIRE(mounted.write("folder/inner/file", 0, std::string(20'000, 'f')) == 20'000);
  REQUIRE(mounted.write("folder/inner/file", 900'000, std::string(20'000, 'g')) == 20'000);
  REQUIRE(mounted.symbolic_link(std::string(300, 'l'), "folder/link") == 0);
  REQUIRE(mounted.symbolic_link("short", "folder/short") == 0);
  for (int i = 0; i < 30; ++i)
    REQUIRE(mounted.make("folder/" + std::string(40, 'n') + std::to_string(i), S_IFREG | 0644) == 0);
  REQUIRE(mounted.link("folder/inner/file", "second name") == 0);
  REQUIRE(mounted.volume().sync() == Status::Ok);
  return mounted.device().image();
}

/// Offsets of the blocks that are not zero: nearly all of them say something about the file system.
std::vector<size_t> interesting(const Image& image, uint32_t block_size) {
  std::vector<size_t> blocks;
  for (size_t start = 0; start + block_size <= image.size(); start += block_size) {
    const auto bytes = image.begin() + static_cast<std::ptrdiff_t>(start);
    const bool is_content =
        std::count(bytes, bytes + block_size, 'f') + std::count(bytes, bytes + block_size, 'g') > 500;
    if (!is_content && std::count(bytes, bytes + block_size, 0) != block_size) blocks.push_back(start);
  }
  return blocks;
}

class Visitor {
 public:
  Visitor(Volume& volume, std::mt19937& random) : volume_(volume), random_(random) {}

  void visit(uint32_t directory, int depth) {
    std::vector<std::pair<std::string, uint32_t>> entries;
    (void)volume_.read_directory(directory, 0, [&](const Name& name, uint32_t inode, uint32_t, uint64_t) {
      entries.emplace_back(std::string(name.text, name.length), inode);
      return entries.size() < 60;
    });
    for (const auto& [name, inode] : entries) {
      if (name == "." || name == ".." || ++visited_ > 300) continue;
      Attributes attributes;
      if (volume_.attributes(inode, attributes) != Status::Ok) continue;
      known_.push_back({directory, inode, name});
      if (S_ISDIR(attributes.mode) && depth < 6) visit(inode, depth + 1);
      if (S_ISREG(attributes.mode)) {
        read(inode, 0);
        read(inode, attributes.size < 5000 ? 0 : attributes.size - 5000);
      }
      char target[4096];
      if (S_ISLNK(attributes.mode)) (void)volume_.read_link(inode, target, sizeof target);
    }
  }

  void change() {
    for (int i = 0; i < 25 && !known_.empty(); ++i) {
      const Known one = pick(), other = pick();
      const Name name{one.name.data(), one.name.size()};
      const std::string fresh = "new" + std::to_string(random_() % 20);
      const Name new_name{fresh.data(), fresh.size()};
      uint32_t made = 0;
      switch (random_() % 10) {
        case 0:
          (void)volume_.unlink(one.directory, name);
          break;
        case 1:
          (void)volume_.remove_directory(one.directory, name);
          break;
        case 2:
          (void)volume_.rename(one.directory, name, other.directory, new_name, true);
          break;
        case 3:
          (void)volume_.rename(one.directory, name, other.directory, {other.name.data(), other.name.size()}, true);
          break;
        case 4:
          (void)volume_.make(one.inode, new_name, S_IFREG | 0644, 0, made);
          break;
        case 5:
          (void)volume_.make(one.directory, new_name, S_IFDIR | 0755, 0, made);
          break;
        case 6:
          (void)volume_.link(one.inode, other.directory, new_name);
          break;
        case 7:
          (void)volume_.truncate(one.inode, random_() % 30'000);
          break;
        case 8:
          (void)volume_.make_link(one.directory, new_name, std::string(100, 't').c_str(), 100, made);
          break;
        default:
          (void)volume_.write(one.inode, random_() % 1'000'000, 3000, [](uint8_t* to, uint64_t count) {
            std::memset(to, 'w', count);
            return count;
          });
      }
    }
    (void)volume_.sync();
  }

 private:
  struct Known {
    uint32_t directory, inode;
    std::string name;
  };
  Known pick() { return known_[random_() % known_.size()]; }
  void read(uint32_t inode, uint64_t offset) {
    (void)volume_.read(inode, offset, 5000, [&](const uint8_t* piece, uint64_t count) {
      for (uint64_t i = 0; piece != nullptr && i < count; ++i) sum_ += piece[i];
      return count;
    });
  }
  Volume& volume_;
  std::mt19937& random_;
  std::vector<Known> known_;
  uint64_t visited_ = 0, sum_ = 0;
};

}  // namespace

TEST_CASE("an image with any wrong bytes gives errors and no more") {
  constexpr int kImages = 120;
  std::mt19937 random(77);
  const uint32_t wild[] = {0, 1, 2, 3, 7, 12, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  int mounted_count = 0;
  for (const test::Format& format : test::all_formats()) {
    test::Format small = format;
    small.kilobytes /= 4;
    small.inodes = 128;
    const Image good = populated(small);
    const std::vector<size_t> blocks = interesting(good, format.block_size);
    for (int number = 0; number < kImages; ++number) {
      INFO(format.text() << ", image " << number);
      Image bad = good;
      for (unsigned count = 1 + random() % 6; count != 0; --count) {
        const size_t at = blocks[random() % blocks.size()] + random() % format.block_size / 4 * 4;
        uint32_t word = 0;
        std::memcpy(&word, &bad[at], 4);
        switch (random() % 4) {
          case 0:
            word ^= 1u << random() % 32;
            break;
          case 1:
            word = wild[random() % std::size(wild)];
            break;
          case 2:
            word = static_cast<uint32_t>(random() % (bad.size() / format.block_size));
            break;
          default:
            word = static_cast<uint32_t>(random());
        }
        std::memcpy(&bad[at], &word, 4);
      }
      test::MemoryDevice device(bad);
      Volume* volume = nullptr;
      const char* reason = nullptr;
      if (Volume::mount(device, {false, 64, test::ticking_clock}, volume, reason) != Status::Ok) {
        CHECK(reason != nullptr);
        continue;
      }
      ++mounted_count;
      Visitor visitor(*volume, random);
      visitor.visit(hop::ext2::kRootInode, 0);
      visitor.change();
      visitor.visit(hop::ext2::kRootInode, 0);
      (void)Volume::unmount(volume);
    }
  }
  CHECK(mounted_count > 500);
}

TEST_CASE("directories in a circle, records of a wrong length and blocks outside the disk are errors") {
  const test::Format format{1024, 1024, 1, 128, 64};
  const Image good = populated(format);
  const auto with_debugfs = [&](const std::string& command) {
    return test::changed_by(good, "debugfs", {"-w", "-R", command});
  };
  const auto status_of = [](const Image& image, const std::string& path, auto&& use) {
    test::MountedImage mounted(image);
    uint32_t inode = 0;
    REQUIRE(mounted.find(path, inode) == 0);
    return use(mounted, inode);
  };
  const Image wild_block = with_debugfs("set_inode_field /folder/inner/file block[0] 99999999");
  CHECK(status_of(wild_block, "folder/inner/file", [](auto& mounted, uint32_t inode) { return mounted.read(inode); }) ==
        "error -5");
  const Image over_table = with_debugfs("set_inode_field /folder/inner/file block[IND] 8");
  CHECK(status_of(over_table, "folder/inner/file",
                  [](auto& mounted, uint32_t) { return mounted.write("folder/inner/file", 14 * 1024, "x"); }) == -EIO);
  const Image no_directory = with_debugfs("set_inode_field /folder size 1000");
  CHECK(status_of(no_directory, "folder", [](auto& mounted, uint32_t inode) { return mounted.names_in(inode); }) ==
        std::vector<std::string>{"error 5"});
  // "folder" in "folder/inner" by a second name, and the way up from it leads back down
  Image circle = with_debugfs("link /folder /folder/inner/again");
  circle = test::changed_by(circle, "debugfs", {"-w", "-R", "unlink /folder/inner/.."});
  circle = test::changed_by(circle, "debugfs", {"-w", "-R", "link /folder/inner /folder/inner/.."});
  CHECK(status_of(circle, "folder/inner/again",
                  [](auto& mounted, uint32_t) { return mounted.rename("folder", "folder/inner/moved"); }) == EIO);
}
