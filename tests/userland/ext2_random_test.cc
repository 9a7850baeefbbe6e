// SPDX-License-Identifier: GPL-2.0-or-later
// Random operations on an ext2 image and on a folder of the host: the same results, the same tree afterwards, and
// e2fsck finds no fault.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <random>

#include "tests/userland/ext2_image.h"

namespace {

using hop::ext2::AttributeChange;
using hop::ext2::Attributes;
using test::MountedImage;

constexpr uint64_t kSecond = 1'000'000'000;

class HostFolder {
 public:
  [[nodiscard]] std::string at(const std::string& path) const { return folder_.path().string() + "/" + path; }
  static int result(int64_t returned) { return returned >= 0 ? 0 : errno; }
  int make(const std::string& path, uint32_t mode) {
    const bool is_directory = (mode & S_IFMT) == S_IFDIR;
    return result(is_directory ? ::mkdir(at(path).c_str(), mode & 07777) : ::mknod(at(path).c_str(), mode, 0));
  }
  int write(const std::string& path, uint64_t offset, const std::string& bytes) {
    const int file = ::open(at(path).c_str(), O_WRONLY | O_NOFOLLOW);
    if (file < 0) return errno;
    const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    ::close(file);
    return result(written);
  }
  int change(const std::string& path, const AttributeChange& change) {
    const auto time = [](uint64_t wanted) {
      return timespec{static_cast<time_t>(wanted / kSecond), static_cast<long>(wanted % kSecond)};
    };
    struct stat status;
    if (::lstat(at(path).c_str(), &status) != 0) return errno;
    if (!S_ISLNK(status.st_mode)) (void)::chmod(at(path).c_str(), static_cast<mode_t>(change.permissions));
    const timespec times[2] = {time(change.access_time), time(change.modify_time)};
    return result(::utimensat(AT_FDCWD, at(path).c_str(), times, AT_SYMLINK_NOFOLLOW));
  }

 private:
  test::TemporaryFolder folder_;
};

std::string digest(const std::string& bytes) {
  return " " + std::to_string(bytes.size()) + " bytes, hash " + std::to_string(std::hash<std::string>()(bytes));
}

/// Everything that can be seen of what a path leads to, and of what is below.
void describe_host(const std::string& path, const std::string& name, uint64_t precision,
                   std::vector<std::string>& lines) {
  struct stat status;
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  std::string line = name + " " + std::to_string(status.st_mode) + " " + std::to_string(status.st_nlink);
  if (S_ISREG(status.st_mode)) {
    const uint64_t set = static_cast<uint64_t>(status.st_mtim.tv_sec);
    line += " " + (set < 1'600'000'000 ? std::to_string(set * kSecond + static_cast<uint64_t>(status.st_mtim.tv_nsec) /
                                                                            precision * precision)
                                       : "now");
    line += digest(test::read_file(path));
  } else if (S_ISLNK(status.st_mode)) {
    line += " " + std::filesystem::read_symlink(path).string();
  }
  lines.push_back(line);
  if (!S_ISDIR(status.st_mode)) return;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  for (const std::string& inner : names) describe_host(path + "/" + inner, name + "/" + inner, precision, lines);
}

void describe_guest(MountedImage& image, uint32_t inode, const std::string& name, std::vector<std::string>& lines) {
  Attributes attributes;
  REQUIRE(image.volume().attributes(inode, attributes) == hop::Status::Ok);
  std::string line = name + " " + std::to_string(attributes.mode) + " " + std::to_string(attributes.links);
  if (S_ISREG(attributes.mode)) {
    line += " " + (attributes.modify_time / kSecond < 1'600'000'000 ? std::to_string(attributes.modify_time) : "now");
    line += digest(image.read(inode));
  } else if (S_ISLNK(attributes.mode)) {
    line += " " + image.read_link(inode);
  }
  lines.push_back(line);
  if (!S_ISDIR(attributes.mode)) return;
  std::vector<std::string> names = image.names_in(inode);
  std::sort(names.begin(), names.end());
  for (const std::string& inner : names) {
    if (inner == "." || inner == ".." || inner == "lost+found") continue;
    uint32_t number = 0;
    REQUIRE(image.volume().lookup(inode, {inner.data(), inner.size()}, number) == hop::Status::Ok);
    describe_guest(image, number, name + "/" + inner, lines);
  }
}

class Pair {
 public:
  Pair(const test::Format& format, const test::Image& image, uint32_t seed)
      : format_(format), guest_(image), random_(seed) {
    ::umask(0);
    // where both begin alike: mke2fs made lost+found, and the host counts no links of it
    REQUIRE(guest_.make("top", S_IFDIR | 0755) == 0);
    REQUIRE(host_.make("top", S_IFDIR | 0755) == 0);
  }

  void step() {
    const std::string first = path(), second = path();
    if (leads_through_link(first) || leads_through_link(second)) return;
    const unsigned operation = random_() % 14;
    int got = 0, expected = 0;
    const auto both = [&](int guest, auto&& on_host) {
      got = guest;
      expected = guest == ENOSPC ? ENOSPC : on_host();  // the host has more room
    };
    switch (operation) {
      case 0:
      case 1:
        both(guest_.make(first, S_IFREG | 0640), [&] { return host_.make(first, S_IFREG | 0640); });
        break;
      case 2:
        both(guest_.make(first, S_IFDIR | 0755), [&] { return host_.make(first, S_IFDIR | 0755); });
        break;
      case 3: {
        const std::string target(1 + random_() % (random_() % 2 == 0 ? 70 : 900), 't');
        both(guest_.symbolic_link(target, first),
             [&] { return HostFolder::result(::symlink(target.c_str(), host_.at(first).c_str())); });
        break;
      }
      case 4:
      case 5: {
        const bool directory = operation == 5;
        both(guest_.unlink(first, directory), [&] {
          const std::string at = host_.at(first);
          return HostFolder::result(directory ? ::rmdir(at.c_str()) : ::unlink(at.c_str()));
        });
        break;
      }
      case 6:
        both(guest_.link(first, second),
             [&] { return HostFolder::result(::link(host_.at(first).c_str(), host_.at(second).c_str())); });
        break;
      case 7:
      case 8:
        both(guest_.rename(first, second),
             [&] { return HostFolder::result(::rename(host_.at(first).c_str(), host_.at(second).c_str())); });
        break;
      case 9:
      case 10:
        write(first, got, expected);
        break;
      case 11: {
        const uint64_t size = random_() % 400'000;
        if (!is_file(first)) return;
        both(guest_.truncate(first, size),
             [&] { return HostFolder::result(::truncate(host_.at(first).c_str(), static_cast<off_t>(size))); });
        break;
      }
      case 12: {
        AttributeChange change;
        Attributes old;
        change.permissions = random_() % 010000;
        if (guest_.attributes(first, old) == 0 && S_ISLNK(old.mode)) change.permissions = 0777;
        if (guest_.attributes(first, old) == 0 && S_ISDIR(old.mode)) change.permissions |= 0700;
        change.access_time = random_() % 1'500'000'000 * kSecond + random_() % kSecond;
        change.modify_time = random_() % 1'500'000'000 * kSecond + random_() % kSecond;
        both(guest_.change(first, change), [&] { return host_.change(first, change); });
        break;
      }
      default:
        if (random_() % 4 == 0)
          guest_.remount();
        else
          REQUIRE(guest_.volume().sync() == hop::Status::Ok);
    }
    INFO("operation " << operation << " of " << first << " and " << second);
    REQUIRE(got == expected);
  }

  void compare(bool with_debugfs) {
    REQUIRE(guest_.volume().sync() == hop::Status::Ok);
    REQUIRE(test::faults_of(guest_.device().image()) == "");
    const uint64_t precision = format_.inode_size > 128 ? 1 : kSecond;
    std::vector<std::string> expected, got;
    describe_host(host_.at("top"), "top", precision, expected);
    guest_.remount();
    uint32_t top = 0;
    REQUIRE(guest_.find("top", top) == 0);
    describe_guest(guest_, top, "top", got);
    REQUIRE(got == expected);
    if (!with_debugfs) return;
    const test::TemporaryFolder folder;
    (void)test::debugfs(guest_.device().image(), "rdump /top " + folder.path().string());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(host_.at("top"))) {
      if (entry.symlink_status().type() != std::filesystem::file_type::regular) continue;
      const auto other = folder.path() / "top" / std::filesystem::relative(entry.path(), host_.at("top"));
      INFO(other);
      REQUIRE(test::read_file(other) == test::read_file(entry.path()));
    }
  }

 private:
  std::string path() {
    static const std::vector<std::string> names = {"a", "b", "c", "d", "a name that is longer than the others are"};
    std::string text = "top/" + names[random_() % names.size()];
    for (unsigned depth = random_() % 3; depth != 0; --depth) text += "/" + names[random_() % names.size()];
    return text;
  }
  /// The folder of the host would follow it.
  bool leads_through_link(const std::string& path) {
    for (size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
      Attributes attributes;
      if (guest_.attributes(path.substr(0, end), attributes) == 0 && S_ISLNK(attributes.mode)) return true;
    }
    return false;
  }
  bool is_file(const std::string& path) {
    Attributes attributes;
    return guest_.attributes(path, attributes) == 0 && S_ISREG(attributes.mode);
  }
  void write(const std::string& path, int& got, int& expected) {
    if (!is_file(path)) return;
    std::string bytes(1 + random_() % (random_() % 4 == 0 ? 60'000 : 3000), 0);
    for (char& byte : bytes) byte = static_cast<char>(random_());
    const uint64_t offset = random_() % (random_() % 3 == 0 ? 600'000 : 20'000);
    const int64_t written = guest_.write(path, offset, bytes);
    got = written < 0 ? static_cast<int>(-written) : 0;
    if (written > 0) bytes.resize(static_cast<size_t>(written));
    expected = got == ENOSPC ? got : host_.write(path, offset, bytes);
  }

  test::Format format_;
  MountedImage guest_;
  HostFolder host_;
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("200 random sequences of changes have the results on ext2 that they have on the host, and e2fsck agrees") {
  constexpr uint32_t kSequences = 200;
  std::vector<test::Image> images;
  for (const test::Format& format : test::all_formats()) images.push_back(test::make_image(format));
  for (uint32_t sequence = 0; sequence < kSequences; ++sequence) {
    const size_t which = sequence % images.size();
    INFO("sequence " << sequence << ": " << test::all_formats()[which].text());
    Pair pair(test::all_formats()[which], images[which], sequence);
    for (int step = 0; step < 120; ++step) {
      INFO("step " << step);
      pair.step();
    }
    pair.compare(sequence % 9 == sequence / 9 % 9);
  }
}
