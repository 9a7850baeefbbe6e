// SPDX-License-Identifier: GPL-2.0-or-later
// An ext2 volume in the tree: paths lead into it and out again, and it behaves like the rest.
#include <catch2/catch_test_macros.hpp>

#include "tests/userland/ext2_image.h"
#include "tests/userland/files_sides.h"
#include "tests/userland/host_heap.h"

namespace {

using hop::Status;
using hop::files::LastName;
using hop::files::Node;
using hop::files::PathBuffer;
using hop::files::Place;
using test::GuestSide;

/// A tree with a volume at "disk".
class MountedTree {
 public:
  MountedTree() {
    const char* reason = nullptr;
    REQUIRE(hop::ext2::Volume::mount(device_, {false, 128, test::ticking_clock}, volume_, reason) == Status::Ok);
    REQUIRE(guest_->make("disk", hop::files::kTypeDirectory | 0755) == 0);
    REQUIRE(guest_->tree().mount(node("disk"), *volume_) == Status::Ok);
  }
  ~MountedTree() { end(); }
  GuestSide& guest() { return *guest_; }
  hop::files::Tree& tree() { return guest_->tree(); }
  hop::ext2::Volume& volume() { return *volume_; }
  /// Ends tree and volume: the image.
  const test::Image& end() {
    guest_.reset();
    if (volume_ != nullptr) CHECK(hop::ext2::Volume::unmount(volume_) == Status::Ok);
    volume_ = nullptr;
    return device_.image();
  }
  Node& node(const std::string& path) {
    PathBuffer buffer;
    Place place;
    INFO(path);
    REQUIRE(guest_->walk(path, LastName::Keep, buffer, place) == 0);
    REQUIRE(place.node != nullptr);
    return *place.node;
  }
  int64_t write(Node& file, uint64_t offset, const std::string& bytes) {
    size_t taken = 0;
    return tree().write(file, offset, bytes.size(), [&](uint8_t* to, uint64_t count) {
      bytes.copy(reinterpret_cast<char*>(to), count, taken);
      taken += count;
      return count;
    });
  }
  std::string read(Node& file) {
    std::string bytes;
    const int64_t got = tree().read(file, 0, 1 << 20, [&](const uint8_t* piece, uint64_t count) {
      piece == nullptr ? bytes.append(count, '\0') : bytes.append(reinterpret_cast<const char*>(piece), count);
      return count;
    });
    CHECK(got == static_cast<int64_t>(bytes.size()));
    return bytes;
  }
  std::string path_of(Node& file) {
    char text[256];
    const int64_t length = tree().path_of(file, text, sizeof text);
    return length < 0 ? "error " + std::to_string(length) : std::string(text, static_cast<size_t>(length));
  }

 private:
  test::MemoryDevice device_{test::make_image({1024, 4096, 1, 256, 1024})};
  hop::ext2::Volume* volume_ = nullptr;
  std::unique_ptr<GuestSide> guest_ = std::make_unique<GuestSide>();
};

constexpr uint32_t kFile = hop::files::kTypeRegular | 0644, kFolder = hop::files::kTypeDirectory | 0755;

}  // namespace

TEST_CASE("random changes of a mounted volume have the results they have in a folder of the host") {
  const int64_t blocks_before = test::live_blocks();
  {
    MountedTree mounted;
    std::mt19937 random(2027);
    test::HostSide host;
    mounted.guest().enter(mounted.node("disk"));
    for (int part = 0; part < 8; ++part) {
      test::change_both(mounted.guest(), host, random, 400);
      mounted.tree().trim();
      REQUIRE(mounted.tree().sync() == Status::Ok);
    }
    CHECK(test::faults_of(mounted.end()) == "");
  }
  CHECK(test::live_blocks() == blocks_before);
}

TEST_CASE("paths lead into a mounted volume and out of it, and what is mounted cannot be moved or removed") {
  MountedTree mounted;
  GuestSide& guest = mounted.guest();
  REQUIRE(guest.make("here", kFile) == 0);
  REQUIRE(guest.make("disk/folder", kFolder) == 0);
  REQUIRE(guest.make("disk/folder/file", kFile) == 0);
  CHECK(&mounted.node("disk/..") == &mounted.tree().root());
  CHECK(&mounted.node("disk/folder/../../here") == &mounted.node("here"));
  CHECK(mounted.path_of(mounted.node("disk/folder/file")) == "/disk/folder/file");
  CHECK(mounted.path_of(mounted.node("disk")) == "/disk");
  REQUIRE(guest.symbolic_link("/disk/folder", "way") == 0);
  REQUIRE(guest.symbolic_link("../../here", "disk/folder/back") == 0);
  CHECK(guest.describe("way/file", true) == guest.describe("disk/folder/file", true));
  CHECK(guest.describe("disk/folder/back", true) == guest.describe("here", true));

  CHECK(guest.rename("disk/folder/file", "file") == EXDEV);
  CHECK(guest.rename("here", "disk/here") == EXDEV);
  CHECK(guest.link("here", "disk/here") == EXDEV);
  CHECK(guest.rename("disk", "other") == EBUSY);
  CHECK(guest.unlink("disk", true) == EBUSY);
  CHECK(mounted.tree().mount(mounted.node("disk"), mounted.volume()) == Status::Busy);
  CHECK(mounted.tree().mount(mounted.node("here"), mounted.volume()) == Status::NotDirectory);

  std::vector<std::string> names;
  uint64_t up = 0;
  REQUIRE(
      mounted.tree().read_directory(mounted.node("disk"), 0, [&](const auto& name, uint64_t inode, uint32_t, uint64_t) {
        names.emplace_back(name.text, name.length);
        if (names.back() == "..") up = inode;
        return true;
      }) == Status::Ok);
  CHECK(names == std::vector<std::string>{".", "..", "lost+found", "folder"});
  CHECK(up == mounted.tree().root().inode);
  CHECK(test::faults_of(mounted.end()) == "");
}

TEST_CASE("a file of a volume that was removed is read and written until its last use ends") {
  MountedTree mounted;
  GuestSide& guest = mounted.guest();
  const uint64_t free_before = mounted.volume().usage().free_blocks;
  REQUIRE(guest.make("disk/file", kFile) == 0);
  Node& file = mounted.node("disk/file");
  mounted.tree().use(file);
  REQUIRE(mounted.write(file, 0, std::string(30'000, 'a')) == 30'000);
  REQUIRE(guest.unlink("disk/file", false) == 0);
  REQUIRE(guest.make("disk/file", kFile) == 0);
  REQUIRE(mounted.write(mounted.node("disk/file"), 0, "new") == 3);
  REQUIRE(mounted.tree().sync() == Status::Ok);
  REQUIRE(mounted.write(file, 30'000, "b") == 1);
  CHECK(mounted.read(file) == std::string(30'000, 'a') + "b");
  REQUIRE(mounted.tree().refresh(file) == Status::Ok);
  CHECK(file.links == 0);
  CHECK(mounted.path_of(file) == "error -2");
  mounted.tree().release_use(file);
  CHECK(mounted.read(mounted.node("disk/file")) == "new");
  REQUIRE(guest.unlink("disk/file", false) == 0);
  REQUIRE(mounted.tree().sync() == Status::Ok);
  CHECK(mounted.volume().usage().free_blocks == free_before);
  CHECK(test::faults_of(mounted.end()) == "");
}

TEST_CASE("of a volume's files only those have nodes that are used or were used lately") {
  MountedTree mounted;
  const int64_t blocks_before = test::live_blocks();
  for (int i = 0; i < 500; ++i) {
    REQUIRE(mounted.guest().make("disk/" + std::to_string(i), kFile) == 0);
    mounted.tree().trim();
  }
  CHECK(test::live_blocks() < blocks_before + 150);
  REQUIRE(mounted.write(mounted.node("disk/7"), 0, "seven") == 5);
  CHECK(mounted.read(mounted.node("disk/7")) == "seven");
}
