// SPDX-License-Identifier: GPL-2.0-or-later
// The tree beside a real folder of the host: the same operations must have the same results. The host's user must be
// root, as the guest's is, or own everything it touches, which a temporary folder grants.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/host/run_command.h"
#include "tests/userland/host_heap.h"
#include "userland/services/files/tree.h"

namespace {

using hop::Status;
using hop::files::LastName;
using hop::files::Node;
using hop::files::PathBuffer;
using hop::files::Place;
using hop::files::Tree;

uint64_t fixed_time() {
  return 1'000'000'000;
}

/// Operations by path, as the service does them, with results as errno numbers.
class GuestSide {
 public:
  GuestSide() : tree_(fixed_time) {}
  Tree& tree() { return tree_; }

  int walk(const std::string& path, LastName last, PathBuffer& buffer, Place& place) {
    path.copy(buffer.text, path.size());
    buffer.text[path.size()] = 0;
    return error(tree_.walk(tree_.root(), buffer, last, place));
  }
  int make(const std::string& path, uint32_t mode) {
    Node* made = nullptr;
    return at(path, LastName::Leave, [&](const Place& place) { return tree_.make(place, mode, 0, made); });
  }
  int symbolic_link(const std::string& target, const std::string& path) {
    return at(path, LastName::Leave, [&](const Place& place) { return tree_.make_link(place, target.c_str()); });
  }
  int unlink(const std::string& path, bool directory) {
    return at(path, LastName::Leave, [&](const Place& place) { return tree_.unlink(place, directory); });
  }
  int link(const std::string& from, const std::string& to) {
    return at(from, LastName::Keep, [&](const Place& source) {
      if (source.node == nullptr) return Status::NotFound;
      auto second = std::make_unique<PathBuffer>();
      Place target;
      const int failed = walk(to, LastName::Leave, *second, target);
      return failed != 0 ? static_cast<Status>(-failed) : tree_.link(*source.node, target);
    });
  }
  int rename(const std::string& from, const std::string& to) {
    return at(from, LastName::Leave, [&](const Place& source) {
      auto second = std::make_unique<PathBuffer>();
      Place target;
      const int failed = walk(to, LastName::Leave, *second, target);
      return failed != 0 ? static_cast<Status>(-failed) : tree_.rename(source, target, true);
    });
  }
  /// 0, an errno, or 1000 + links * 10 + type for what exists.
  int describe(const std::string& path, bool follow) {
    auto buffer = std::make_unique<PathBuffer>();
    Place place;
    const int failed = walk(path, follow ? LastName::Follow : LastName::Keep, *buffer, place);
    if (failed != 0) return failed;
    if (place.node == nullptr) return ENOENT;
    return 1000 + static_cast<int>(place.node->links) * 16 + static_cast<int>(place.node->type() >> 12);
  }

 private:
  static int error(Status status) { return static_cast<int>(-static_cast<int64_t>(status)); }
  template <typename Operation>
  int at(const std::string& path, LastName last, Operation&& operation) {
    auto buffer = std::make_unique<PathBuffer>();
    Place place;
    const int failed = walk(path, last, *buffer, place);
    return failed != 0 ? failed : error(operation(place));
  }
  Tree tree_;
};

/// The same in a folder of the host.
class HostSide {
 public:
  int make_file(const std::string& path) {
    const int descriptor = ::mknod(at(path).c_str(), S_IFREG | 0644, 0);
    return result(descriptor);
  }
  int make_directory(const std::string& path) { return result(::mkdir(at(path).c_str(), 0755)); }
  int symbolic_link(const std::string& target, const std::string& path) {
    return result(::symlink(target.c_str(), at(path).c_str()));
  }
  int unlink(const std::string& path, bool directory) {
    return result(directory ? ::rmdir(at(path).c_str()) : ::unlink(at(path).c_str()));
  }
  int link(const std::string& from, const std::string& to) { return result(::link(at(from).c_str(), at(to).c_str())); }
  int rename(const std::string& from, const std::string& to) {
    return result(::rename(at(from).c_str(), at(to).c_str()));
  }
  int describe(const std::string& path, bool follow) {
    struct stat status;
    const int failed = follow ? ::stat(at(path).c_str(), &status) : ::lstat(at(path).c_str(), &status);
    if (failed != 0) return errno;
    return 1000 + static_cast<int>(status.st_nlink) * 16 + static_cast<int>(status.st_mode >> 12);
  }

 private:
  static int result(int returned) { return returned == 0 ? 0 : errno; }
  [[nodiscard]] std::string at(const std::string& path) const { return folder_.path().string() + "/" + path; }
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("random changes of the tree have the results they have in a folder of the host") {
  const int64_t blocks_before = test::live_blocks();
  constexpr int kSteps = 6000;
  std::mt19937 random(2026);
  auto guest = std::make_unique<GuestSide>();
  HostSide host;
  const std::vector<std::string> names = {"a", "b", "c", "d", "link"};
  const auto path = [&] {
    std::string text = names[random() % names.size()];
    for (unsigned depth = random() % 3; depth != 0; --depth) text += "/" + names[random() % names.size()];
    if (random() % 12 == 0) text += "/";
    return text;
  };
  for (int step = 0; step < kSteps; ++step) {
    const std::string first = path(), second = path();
    int got = 0, expected = 0;
    const unsigned operation = random() % 8;
    switch (operation) {
      case 0:
        got = guest->make(first, hop::files::kTypeRegular | 0644);
        expected = host.make_file(first);
        break;
      case 1:
      case 2:
        got = guest->make(first, hop::files::kTypeDirectory | 0755);
        expected = host.make_directory(first);
        break;
      case 3:
        got = guest->symbolic_link(second, first);
        expected = host.symbolic_link(second, first);
        break;
      case 4:
        got = guest->unlink(first, false);
        expected = host.unlink(first, false);
        break;
      case 5:
        got = guest->unlink(first, true);
        expected = host.unlink(first, true);
        break;
      case 6:
        got = guest->link(first, second);
        expected = host.link(first, second);
        break;
      default:
        got = guest->rename(first, second);
        expected = host.rename(first, second);
        break;
    }
    INFO("step " << step << ", operation " << operation << " of " << first << " and " << second);
    INFO("host: " << std::strerror(expected) << ", tree: " << std::strerror(got));
    REQUIRE(got == expected);
    const std::string looked_at = path();
    INFO("looking at " << looked_at);
    REQUIRE(guest->describe(looked_at, false) == host.describe(looked_at, false));
    REQUIRE(guest->describe(looked_at, true) == host.describe(looked_at, true));
  }
  guest.reset();
  CHECK(test::live_blocks() == blocks_before);
}

TEST_CASE("a chain of forty symbolic links is followed and one more is a loop") {
  GuestSide guest;
  REQUIRE(guest.make("end", hop::files::kTypeRegular | 0644) == 0);
  std::string target = "end";
  for (int i = 0; i < 41; ++i) {
    const std::string name = "link" + std::to_string(i);
    REQUIRE(guest.symbolic_link(target, name) == 0);
    target = name;
  }
  CHECK(guest.describe("link39", true) > 1000);
  CHECK(guest.describe("link40", true) == ELOOP);
}

TEST_CASE("names longer than 255 bytes and paths longer than 4,095 are refused") {
  GuestSide guest;
  CHECK(guest.make(std::string(255, 'n'), hop::files::kTypeRegular | 0644) == 0);
  CHECK(guest.make(std::string(256, 'n'), hop::files::kTypeRegular | 0644) == ENAMETOOLONG);
  REQUIRE(guest.symbolic_link(std::string(3000, 'x'), "long") == 0);
  CHECK(guest.describe("long/" + std::string(1500, 'y'), true) == ENAMETOOLONG);
}

TEST_CASE("an unlinked file lives as long as it is in use") {
  GuestSide guest;
  REQUIRE(guest.make("file", hop::files::kTypeRegular | 0644) == 0);
  PathBuffer buffer;
  Place place;
  REQUIRE(guest.walk("file", LastName::Follow, buffer, place) == 0);
  Node& node = *place.node;
  guest.tree().use(node);
  const uint64_t nodes = guest.tree().nodes();
  REQUIRE(guest.unlink("file", false) == 0);
  CHECK(guest.tree().nodes() == nodes);
  CHECK(node.links == 0);
  guest.tree().release_use(node);
  CHECK(guest.tree().nodes() == nodes - 1);
}

TEST_CASE("nothing can be made in a directory that was removed while in use") {
  GuestSide guest;
  REQUIRE(guest.make("gone", hop::files::kTypeDirectory | 0755) == 0);
  PathBuffer buffer;
  Place place;
  REQUIRE(guest.walk("gone", LastName::Follow, buffer, place) == 0);
  Node& directory = *place.node;
  guest.tree().use(directory);
  REQUIRE(guest.unlink("gone", true) == 0);
  std::strcpy(buffer.text, "new");
  REQUIRE(guest.tree().walk(directory, buffer, LastName::Leave, place) == Status::Ok);
  Node* made = nullptr;
  CHECK(guest.tree().make(place, hop::files::kTypeRegular | 0644, 0, made) == Status::NotFound);
  guest.tree().release_use(directory);
}

TEST_CASE("the path of a directory leads back to it") {
  GuestSide guest;
  for (const char* path : {"a", "a/b", "a/b/c"}) REQUIRE(guest.make(path, hop::files::kTypeDirectory | 0755) == 0);
  PathBuffer buffer;
  Place place;
  REQUIRE(guest.walk("a/b/c", LastName::Follow, buffer, place) == 0);
  char text[64];
  const int64_t length = guest.tree().path_of(*place.node, text, sizeof text);
  REQUIRE(length > 0);
  CHECK(std::string(text, static_cast<size_t>(length)) == "/a/b/c");
  CHECK(guest.tree().path_of(*place.node, text, 3) == static_cast<int64_t>(Status::OutOfRange));
  CHECK(guest.tree().path_of(guest.tree().root(), text, sizeof text) == 1);
}

TEST_CASE("the path of a file is one that still leads to it, whichever of its names goes") {
  GuestSide guest;
  for (const char* path : {"a", "b", "b/inner"}) REQUIRE(guest.make(path, hop::files::kTypeDirectory | 0755) == 0);
  REQUIRE(guest.make("a/file", hop::files::kTypeRegular | 0644) == 0);
  PathBuffer buffer;
  Place place;
  REQUIRE(guest.walk("a/file", LastName::Follow, buffer, place) == 0);
  Node& file = *place.node;
  guest.tree().use(file);
  const auto path_of_file = [&] {
    char text[64];
    const int64_t length = guest.tree().path_of(file, text, sizeof text);
    return length < 0 ? std::string("none") : std::string(text, static_cast<size_t>(length));
  };
  CHECK(path_of_file() == "/a/file");
  REQUIRE(guest.link("a/file", "b/inner/second") == 0);
  CHECK(path_of_file() == "/b/inner/second");
  REQUIRE(guest.unlink("b/inner/second", false) == 0);
  REQUIRE(guest.unlink("b/inner", true) == 0);  // the folder that held its latest name is no more
  CHECK(path_of_file() == "/a/file");
  REQUIRE(guest.rename("a/file", "b/moved") == 0);
  CHECK(path_of_file() == "/b/moved");
  REQUIRE(guest.unlink("b/moved", false) == 0);
  REQUIRE(guest.unlink("b", true) == 0);
  CHECK(path_of_file() == "none");
  guest.tree().release_use(file);
}

TEST_CASE("a way up leads out of directories that were removed while in use") {
  GuestSide guest;
  const uint64_t nodes = guest.tree().nodes();
  for (const char* path : {"a", "a/b", "a/b/c"}) REQUIRE(guest.make(path, hop::files::kTypeDirectory | 0755) == 0);
  PathBuffer buffer;
  Place place;
  REQUIRE(guest.walk("a/b/c", LastName::Follow, buffer, place) == 0);
  Node& deepest = *place.node;
  guest.tree().use(deepest);
  for (const char* path : {"a/b/c", "a/b", "a"}) REQUIRE(guest.unlink(path, true) == 0);
  std::strcpy(buffer.text, "../../..");
  REQUIRE(guest.tree().walk(deepest, buffer, LastName::Follow, place) == Status::Ok);
  CHECK(place.node == &guest.tree().root());
  CHECK(guest.tree().nodes() == nodes + 3);
  guest.tree().release_use(deepest);
  CHECK(guest.tree().nodes() == nodes);
}

TEST_CASE("a directory keeps the order of creation while names come and go") {
  GuestSide guest;
  std::mt19937 random(11);
  std::vector<std::string> model;
  for (int step = 0; step < 20000; ++step) {
    if (model.empty() || random() % 100 < 55) {
      const std::string name = "n" + std::to_string(step);
      REQUIRE(guest.make(name, hop::files::kTypeRegular | 0644) == 0);
      REQUIRE(guest.make(name, hop::files::kTypeRegular | 0644) == EEXIST);
      model.push_back(name);
    } else {
      const size_t victim = random() % model.size();
      REQUIRE(guest.unlink(model[victim], false) == 0);
      REQUIRE(guest.unlink(model[victim], false) == ENOENT);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(victim));
    }
  }
  const hop::files::Directory& names = guest.tree().root().names;
  CHECK(names.size() == model.size());
  std::vector<std::string> found;
  for (auto* entry = names.after(0); entry != nullptr; entry = names.after(entry->cookie)) {
    found.emplace_back(entry->text, entry->length);
  }
  CHECK(found == model);
}

TEST_CASE("a rename without memory for the new name changes nothing") {
  GuestSide guest;
  REQUIRE(guest.make("old", hop::files::kTypeRegular | 0644) == 0);
  REQUIRE(guest.make("d", hop::files::kTypeDirectory | 0755) == 0);
  test::fail_allocation_after(0);
  const int result = guest.rename("old", "d/new");
  test::fail_allocation_after(-1);
  CHECK(result == ENOSPC);
  CHECK(guest.describe("old", true) == 1000 + 16 + 8);
  CHECK(guest.describe("d/new", true) == ENOENT);
}
