// SPDX-License-Identifier: GPL-2.0-or-later
// The tree beside a real folder of the host: the same operations must have the same results. The host's user must be
// root, as the guest's is, or own everything it touches, which a temporary folder grants.
#pragma once
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/host/run_command.h"
#include "userland/services/files/tree.h"

namespace test {

using hop::Status;
using hop::files::LastName;
using hop::files::Node;
using hop::files::PathBuffer;
using hop::files::Place;
using hop::files::Tree;

inline uint64_t fixed_time() {
  return 1'000'000'000;
}

/// Operations by path, as the service does them, with results as errno numbers.
class GuestSide {
 public:
  GuestSide() : tree_(fixed_time) {}
  Tree& tree() { return tree_; }
  /// Paths start in this directory from now on.
  void enter(Node& directory) { base_ = &directory; }

  int walk(const std::string& path, LastName last, PathBuffer& buffer, Place& place) {
    path.copy(buffer.text, path.size());
    buffer.text[path.size()] = 0;
    return error(tree_.walk(*base_, buffer, last, place));
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
  Node* base_ = &tree_.root();
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

/// Random changes on both sides, with the same results.
inline void change_both(GuestSide& guest, HostSide& host, std::mt19937& random, int steps) {
  const std::vector<std::string> names = {"a", "b", "c", "d", "link"};
  const auto path = [&] {
    std::string text = names[random() % names.size()];
    for (unsigned depth = random() % 3; depth != 0; --depth) text += "/" + names[random() % names.size()];
    if (random() % 12 == 0) text += "/";
    return text;
  };
  for (int step = 0; step < steps; ++step) {
    const std::string first = path(), second = path();
    int got = 0, expected = 0;
    const unsigned operation = random() % 8;
    switch (operation) {
      case 0:
        got = guest.make(first, hop::files::kTypeRegular | 0644);
        expected = host.make_file(first);
        break;
      case 1:
      case 2:
        got = guest.make(first, hop::files::kTypeDirectory | 0755);
        expected = host.make_directory(first);
        break;
      case 3:
        got = guest.symbolic_link(second, first);
        expected = host.symbolic_link(second, first);
        break;
      case 4:
        got = guest.unlink(first, false);
        expected = host.unlink(first, false);
        break;
      case 5:
        got = guest.unlink(first, true);
        expected = host.unlink(first, true);
        break;
      case 6:
        got = guest.link(first, second);
        expected = host.link(first, second);
        break;
      default:
        got = guest.rename(first, second);
        expected = host.rename(first, second);
        break;
    }
    INFO("step " << step << ", operation " << operation << " of " << first << " and " << second);
    INFO("host: " << std::strerror(expected) << ", tree: " << std::strerror(got));
    REQUIRE(got == expected);
    const std::string looked_at = path();
    INFO("looking at " << looked_at);
    REQUIRE(guest.describe(looked_at, false) == host.describe(looked_at, false));
    REQUIRE(guest.describe(looked_at, true) == host.describe(looked_at, true));
  }
}

}  // namespace test
