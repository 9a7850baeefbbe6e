// SPDX-License-Identifier: GPL-2.0-or-later
// Images of ext2 in the host's memory, made and judged by e2fsprogs.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/host/run_command.h"
#include "userland/lib/ext2/volume.h"

namespace test {

using Image = std::vector<uint8_t>;

/// What mke2fs is told.
struct Format {
  uint32_t block_size = 1024;
  uint32_t kilobytes = 4096;
  uint32_t revision = 1;
  uint32_t inode_size = 256;
  uint32_t inodes = 512;
  std::vector<std::string> further = {};
  [[nodiscard]] std::string text() const;
};
[[nodiscard]] Image make_image(const Format& format);
/// Blocks of 1024, 2048 and 4096 bytes; revision 0, and 1 with inodes of 128 and of 256 bytes.
[[nodiscard]] const std::vector<Format>& all_formats();

/// `e2fsck -fn`, what it says if it finds fault, else nothing.
[[nodiscard]] std::string faults_of(const Image& image);
/// `e2fsck -fy`; false: even that did not help.
[[nodiscard]] bool repair(Image& image);
/// The image after `program options... image`.
[[nodiscard]] Image changed_by(const Image& image, const std::string& program, std::vector<std::string> options);
/// What `debugfs -R command` says.
[[nodiscard]] std::string debugfs(const Image& image, const std::string& command);

/// A disk in memory that can write down what is written to it.
class MemoryDevice final : public hop::BlockDevice {
 public:
  struct Write {
    uint64_t offset = 0;
    std::vector<uint8_t> bytes;  ///< none: a flush
  };
  explicit MemoryDevice(Image image) : image_(std::move(image)) {}
  hop::Status read(uint64_t offset, void* to, uint64_t bytes) override;
  hop::Status write(uint64_t offset, const void* from, uint64_t bytes) override;
  hop::Status flush() override;
  [[nodiscard]] uint64_t size() const override { return image_.size(); }

  [[nodiscard]] Image& image() { return image_; }
  std::vector<Write>* log = nullptr;
  int64_t accesses_left = -1;  ///< then all fail; negative: none fails

 private:
  [[nodiscard]] bool is_broken();
  Image image_;
};

/// Unix, nanoseconds; advances by a second and 7 ns with each call.
uint64_t ticking_clock();

/// A volume on an image, with operations on paths without symbolic links in between. Results are errno numbers.
class MountedImage {
 public:
  explicit MountedImage(Image image, uint32_t cache_blocks = 64);
  ~MountedImage();
  MountedImage(const MountedImage&) = delete;

  [[nodiscard]] hop::ext2::Volume& volume() { return *volume_; }
  [[nodiscard]] MemoryDevice& device() { return device_; }
  void remount();
  /// Ends the volume without writing anything, as a crash does.
  void crash();

  int find(const std::string& path, uint32_t& inode);
  int make(const std::string& path, uint32_t mode);
  int symbolic_link(const std::string& target, const std::string& path);
  int link(const std::string& from, const std::string& to);
  int unlink(const std::string& path, bool directory);
  int rename(const std::string& from, const std::string& to);
  /// The bytes written, or a negative errno.
  int64_t write(const std::string& path, uint64_t offset, const std::string& bytes);
  int truncate(const std::string& path, uint64_t size);
  int change(const std::string& path, const hop::ext2::AttributeChange& change);
  int attributes(const std::string& path, hop::ext2::Attributes& attributes);
  [[nodiscard]] std::string read(uint32_t inode);
  [[nodiscard]] std::string read_link(uint32_t inode);
  [[nodiscard]] std::vector<std::string> names_in(uint32_t directory);

 private:
  void mount();
  int split(const std::string& path, uint32_t& directory, hop::ext2::Name& name);
  MemoryDevice device_;
  uint32_t cache_blocks_;
  hop::ext2::Volume* volume_ = nullptr;
};

}  // namespace test
