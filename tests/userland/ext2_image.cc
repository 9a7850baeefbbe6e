// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/userland/ext2_image.h"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace test {

namespace {

using hop::Status;
using hop::ext2::Name;
using hop::ext2::Volume;

Outcome run(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/sbin/" + program);
  Command command{arguments};
  command.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", "TZ=UTC0", "MKE2FS_CONFIG=/dev/null"};
  return run_command(command);
}

void store(const std::filesystem::path& path, const Image& image) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(image.data()), static_cast<std::streamsize>(image.size()));
}

Image fetch(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

int error(Status status) {
  return static_cast<int>(-static_cast<int64_t>(status));
}

}  // namespace

std::string Format::text() const {
  return "revision " + std::to_string(revision) + ", blocks of " + std::to_string(block_size) + ", inodes of " +
         std::to_string(inode_size);
}

const std::vector<Format>& all_formats() {
  static const std::vector<Format> formats = [] {
    std::vector<Format> all;
    for (const uint32_t block_size : {1024u, 2048u, 4096u}) {
      const uint32_t kilobytes = 4096 * (block_size / 1024);
      all.push_back({block_size, kilobytes, 0, 128});
      all.push_back({block_size, kilobytes, 1, 128});
      all.push_back({block_size, kilobytes, 1, 256});
    }
    return all;
  }();
  return formats;
}

Image make_image(const Format& format) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "image").string();
  std::vector<std::string> arguments = {"-q", "-F", "-t", "ext2", "-b", std::to_string(format.block_size)};
  arguments.insert(arguments.end(),
                   {"-N", std::to_string(format.inodes), "-m", "0", "-r", std::to_string(format.revision)});
  if (format.revision != 0)
    arguments.insert(arguments.end(), {"-I", std::to_string(format.inode_size), "-O",
                                       "filetype,sparse_super,large_file,ext_attr,dir_index"});
  arguments.insert(arguments.end(), format.further.begin(), format.further.end());
  arguments.insert(arguments.end(), {file, std::to_string(format.kilobytes) + "k"});
  const Outcome outcome = run("mke2fs", arguments);
  INFO(format.text() << ": " << outcome.output << outcome.errors);
  REQUIRE(outcome.status == 0);
  return fetch(file);
}

std::string faults_of(const Image& image) {
  const TemporaryFolder folder;
  store(folder.path() / "image", image);
  const Outcome outcome = run("e2fsck", {"-fn", (folder.path() / "image").string()});
  return outcome.status == 0 ? "" : outcome.output + outcome.errors;
}

bool repair(Image& image) {
  const TemporaryFolder folder;
  store(folder.path() / "image", image);
  const Outcome outcome = run("e2fsck", {"-fy", (folder.path() / "image").string()});
  image = fetch(folder.path() / "image");
  return outcome.status <= 1 && faults_of(image).empty();
}

std::string debugfs(const Image& image, const std::string& command) {
  const TemporaryFolder folder;
  store(folder.path() / "image", image);
  return run("debugfs", {"-R", command, (folder.path() / "image").string()}).output;
}

Image changed_by(const Image& image, const std::string& program, std::vector<std::string> options) {
  const TemporaryFolder folder;
  store(folder.path() / "image", image);
  options.push_back((folder.path() / "image").string());
  const Outcome outcome = run(program, options);
  INFO(outcome.output << outcome.errors);
  REQUIRE(outcome.status <= 1);
  return fetch(folder.path() / "image");
}

bool MemoryDevice::is_broken() {
  if (accesses_left > 0) --accesses_left;
  return accesses_left == 0;
}

Status MemoryDevice::read(uint64_t offset, void* to, uint64_t bytes) {
  if (is_broken()) return Status::InputOutput;
  REQUIRE((offset % 512 == 0 && bytes % 512 == 0));
  REQUIRE((offset <= image_.size() && bytes <= image_.size() - offset));
  std::memcpy(to, image_.data() + offset, bytes);
  return Status::Ok;
}

Status MemoryDevice::write(uint64_t offset, const void* from, uint64_t bytes) {
  if (is_broken()) return Status::InputOutput;
  REQUIRE((offset % 512 == 0 && bytes % 512 == 0));
  REQUIRE((offset <= image_.size() && bytes <= image_.size() - offset));
  std::memcpy(image_.data() + offset, from, bytes);
  const auto* start = static_cast<const uint8_t*>(from);
  if (log != nullptr) log->push_back({offset, {start, start + bytes}});
  return Status::Ok;
}

Status MemoryDevice::flush() {
  if (is_broken()) return Status::InputOutput;
  if (log != nullptr) log->push_back({});
  return Status::Ok;
}

uint64_t ticking_clock() {
  static uint64_t now = 1'700'000'000'000'000'000;
  return now += 1'000'000'007;
}

MountedImage::MountedImage(Image image, uint32_t cache_blocks)
    : device_(std::move(image)), cache_blocks_(cache_blocks) {
  mount();
}

MountedImage::~MountedImage() {
  if (volume_ != nullptr) (void)Volume::unmount(volume_);
}

void MountedImage::mount() {
  const char* reason = nullptr;
  const Status status = Volume::mount(device_, {false, cache_blocks_, ticking_clock}, volume_, reason);
  INFO((reason == nullptr ? "" : reason));
  REQUIRE(status == Status::Ok);
}

void MountedImage::remount() {
  REQUIRE(Volume::unmount(volume_) == Status::Ok);
  volume_ = nullptr;
  mount();
}

void MountedImage::crash() {
  device_.accesses_left = 0;
  (void)Volume::unmount(volume_);
  volume_ = nullptr;
}

int MountedImage::find(const std::string& path, uint32_t& inode) {
  inode = hop::ext2::kRootInode;
  for (size_t start = 0; start < path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    const Status status = volume_->lookup(inode, {path.data() + start, end - start}, inode);
    if (status != Status::Ok) return error(status);
    start = end + 1;
  }
  return 0;
}

int MountedImage::split(const std::string& path, uint32_t& directory, Name& name) {
  const size_t slash = path.rfind('/');
  const size_t start = slash == std::string::npos ? 0 : slash + 1;
  name = {path.data() + start, path.size() - start};
  const int failed = find(slash == std::string::npos ? "" : path.substr(0, slash), directory);
  if (failed != 0) return failed;
  hop::ext2::Attributes attributes;
  const Status status = volume_->attributes(directory, attributes);
  if (status != Status::Ok) return error(status);
  return (attributes.mode & hop::ext2::kTypeMask) == hop::ext2::kTypeDirectory ? 0 : ENOTDIR;
}

int MountedImage::make(const std::string& path, uint32_t mode) {
  uint32_t directory = 0, made = 0;
  Name name;
  const int failed = split(path, directory, name);
  return failed != 0 ? failed : error(volume_->make(directory, name, mode, 0, made));
}

int MountedImage::symbolic_link(const std::string& target, const std::string& path) {
  uint32_t directory = 0, made = 0;
  Name name;
  const int failed = split(path, directory, name);
  return failed != 0 ? failed : error(volume_->make_link(directory, name, target.data(), target.size(), made));
}

int MountedImage::link(const std::string& from, const std::string& to) {
  uint32_t inode = 0, directory = 0;
  Name name;
  int failed = find(from, inode);
  if (failed == 0) failed = split(to, directory, name);
  return failed != 0 ? failed : error(volume_->link(inode, directory, name));
}

int MountedImage::unlink(const std::string& path, bool is_directory) {
  uint32_t directory = 0;
  Name name;
  const int failed = split(path, directory, name);
  if (failed != 0) return failed;
  return error(is_directory ? volume_->remove_directory(directory, name) : volume_->unlink(directory, name));
}

int MountedImage::rename(const std::string& from, const std::string& to) {
  uint32_t from_directory = 0, to_directory = 0;
  Name from_name, to_name;
  int failed = split(from, from_directory, from_name);
  if (failed == 0) failed = split(to, to_directory, to_name);
  return failed != 0 ? failed : error(volume_->rename(from_directory, from_name, to_directory, to_name, true));
}

int64_t MountedImage::write(const std::string& path, uint64_t offset, const std::string& bytes) {
  uint32_t inode = 0;
  if (const int failed = find(path, inode); failed != 0) return -failed;
  size_t taken = 0;
  return volume_->write(inode, offset, bytes.size(), [&](uint8_t* to, uint64_t count) {
    std::memcpy(to, bytes.data() + taken, count);
    taken += count;
    return count;
  });
}

int MountedImage::truncate(const std::string& path, uint64_t size) {
  uint32_t inode = 0;
  const int failed = find(path, inode);
  return failed != 0 ? failed : error(volume_->truncate(inode, size));
}

int MountedImage::change(const std::string& path, const hop::ext2::AttributeChange& change) {
  uint32_t inode = 0;
  const int failed = find(path, inode);
  return failed != 0 ? failed : error(volume_->change(inode, change));
}

int MountedImage::attributes(const std::string& path, hop::ext2::Attributes& attributes) {
  uint32_t inode = 0;
  const int failed = find(path, inode);
  return failed != 0 ? failed : error(volume_->attributes(inode, attributes));
}

std::string MountedImage::read(uint32_t inode) {
  std::string bytes;
  const int64_t got = volume_->read(inode, 0, ~uint64_t{0} >> 1, [&](const uint8_t* piece, uint64_t count) {
    if (piece == nullptr) {
      bytes.append(count, '\0');
    } else {
      bytes.append(reinterpret_cast<const char*>(piece), count);
    }
    return count;
  });
  return got < 0 ? "error " + std::to_string(got) : bytes;
}

std::string MountedImage::read_link(uint32_t inode) {
  std::string target(4096, 0);
  const int64_t length = volume_->read_link(inode, target.data(), target.size());
  return length < 0 ? "error " + std::to_string(length) : target.substr(0, static_cast<size_t>(length));
}

std::vector<std::string> MountedImage::names_in(uint32_t directory) {
  std::vector<std::string> names;
  const Status status = volume_->read_directory(directory, 0, [&](const Name& name, uint32_t, uint32_t, uint64_t) {
    names.emplace_back(name.text, name.length);
    return true;
  });
  if (status != Status::Ok) names = {"error " + std::to_string(error(status))};
  return names;
}

}  // namespace test
