// SPDX-License-Identifier: GPL-2.0-or-later
// The machine stops at any write: e2fsck repairs the image, and whatever was on the disk at the last sync and was not
// changed since is there. A disk may also have written any of the blocks it was given since the last flush, and not
// the others.
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>
#include <set>

#include "tests/userland/ext2_image.h"

namespace {

using hop::ext2::Attributes;
using test::Image;
using test::MemoryDevice;
using test::MountedImage;

Image image_after(Image image, const std::vector<MemoryDevice::Write>& log, size_t writes) {
  for (size_t i = 0; i < writes; ++i)
    std::copy(log[i].bytes.begin(), log[i].bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(log[i].offset));
  return image;
}

/// By path: which inode, and what is in it.
struct Seen {
  uint32_t inode = 0;
  std::string content;
};
using Snapshot = std::map<std::string, Seen>;

void look(MountedImage& image, uint32_t directory, const std::string& above, Snapshot& snapshot) {
  for (const std::string& name : image.names_in(directory)) {
    if (name == "." || name == ".." || (above.empty() && name == "lost+found")) continue;
    const std::string path = above.empty() ? name : above + "/" + name;
    Seen seen;
    Attributes attributes;
    INFO(path);
    REQUIRE(image.volume().lookup(directory, {name.data(), name.size()}, seen.inode) == hop::Status::Ok);
    REQUIRE(image.volume().attributes(seen.inode, attributes) == hop::Status::Ok);
    seen.content = std::to_string(attributes.mode);
    if (S_ISREG(attributes.mode)) seen.content += " " + image.read(seen.inode);
    if (S_ISLNK(attributes.mode)) seen.content += " " + image.read_link(seen.inode);
    snapshot[path] = seen;
    if (S_ISDIR(attributes.mode)) look(image, seen.inode, path, snapshot);
  }
}

Snapshot look_at(MountedImage& image) {
  Snapshot snapshot;
  look(image, hop::ext2::kRootInode, "", snapshot);
  return snapshot;
}

/// What an operation may have done to inodes that were there at the last sync.
struct Change {
  size_t start = 0;  ///< writes in the log when it began
  uint32_t changed = 0, moved = 0, removed = 0;
};

struct Epoch {
  size_t start = 0;  ///< writes in the log when the sync was over
  Snapshot snapshot;
  std::vector<Change> changes;
};

class Run {
 public:
  Run(const Image& image, uint32_t seed) : start_(image), random_(seed), mounted_(image) {
    mounted_.device().log = &log_;
    sync();
    for (int step = 0; step < 260; ++step) step_once();
  }
  ~Run() { mounted_.crash(); }

  /// The image after the first `cut` writes; with `lossy`, of those since the last flush only some.
  Image image_at(size_t cut, bool lossy) {
    Image image = start_;
    size_t flushed = cut;
    while (lossy && flushed != 0 && !log_[flushed - 1].bytes.empty()) --flushed;
    for (size_t i = 0; i < cut; ++i) {
      if (i >= flushed && random_() % 2 == 0) continue;
      std::copy(log_[i].bytes.begin(), log_[i].bytes.end(),
                image.begin() + static_cast<std::ptrdiff_t>(log_[i].offset));
    }
    return image;
  }

  void check_cut(size_t cut, bool lossy) {
    Image image = image_at(cut, lossy);
    REQUIRE(test::repair(image));
    MountedImage repaired(image);
    const Snapshot got = look_at(repaired);
    const Epoch& epoch =
        *std::find_if(epochs_.rbegin(), epochs_.rend(), [&](const Epoch& e) { return e.start <= cut; });
    std::set<uint32_t> changed, moved, removed;
    for (const Change& change : epoch.changes) {
      if (change.start > cut) continue;
      changed.insert(change.changed);
      moved.insert(change.moved);
      removed.insert(change.removed);
    }
    for (const auto& [path, seen] : epoch.snapshot) {
      if (changed.count(seen.inode) != 0) continue;
      if (removed.count(seen.inode) != 0) {
        // it is there as it was, or it is not there
        const auto left = got.find(path);
        INFO(path << ", inode " << seen.inode << ", removed since");
        if (left != got.end() && left->second.inode == seen.inode) REQUIRE((left->second.content == seen.content));
        continue;
      }
      const bool stays = !passes_through(path, epoch.snapshot, moved);
      INFO(path << ", inode " << seen.inode << (stays ? "" : ", moved since"));
      const auto found = std::find_if(got.begin(), got.end(), [&](const auto& entry) {
        return entry.second.inode == seen.inode && (!stays || entry.first == path);
      });
      REQUIRE(found != got.end());
      REQUIRE((found->second.content == seen.content));
      ++checked_;
    }
  }

  [[nodiscard]] size_t writes() const { return log_.size(); }
  [[nodiscard]] uint64_t checked() const { return checked_; }

 private:
  static bool passes_through(const std::string& path, const Snapshot& snapshot, const std::set<uint32_t>& moved) {
    for (size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
      if (moved.count(snapshot.at(path.substr(0, end)).inode) != 0) return true;
    }
    return moved.count(snapshot.at(path).inode) != 0;
  }

  void sync() {
    REQUIRE(mounted_.volume().sync() == hop::Status::Ok);
    epochs_.push_back({log_.size(), look_at(mounted_), {}});
  }

  std::string path() {
    static const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f"};
    std::string text = names[random_() % names.size()];
    // names of 200 bytes, so that directories have several blocks
    for (unsigned depth = random_() % 3; depth != 0; --depth)
      text += "/" + names[random_() % names.size()] + std::string(random_() % 2 == 0 ? 200 : 1, 'x');
    return text;
  }

  void step_once() {
    const std::string first = path(), second = path();
    Change change{log_.size()};
    Attributes attributes;
    const auto inode_of = [&](const std::string& at) {
      return mounted_.attributes(at, attributes) == 0 ? attributes.inode : 0;
    };
    // the inode loses a name, which may be its last
    const auto note_lost = [&](const std::string& at) {
      if (const uint32_t inode = inode_of(at); inode != 0)
        (attributes.links > 1 && !S_ISDIR(attributes.mode) ? change.moved : change.removed) = inode;
    };
    const unsigned operation = random_() % 20;
    if (operation < 8) {
      if (operation < 4) mounted_.make(first, S_IFREG | 0644);
      if (operation >= 4 && operation < 7) mounted_.make(first, S_IFDIR | 0755);
      if (operation == 7) mounted_.symbolic_link(std::string(1 + random_() % 200, 's'), first);
      change.changed = inode_of(first);
    } else if (operation == 8) {
      mounted_.link(first, second);
    } else if (operation < 11) {
      note_lost(first);
      mounted_.unlink(first, random_() % 2 == 0);
    } else if (operation < 15) {
      if (first == second) return;
      note_lost(second);
      epochs_.back().changes.push_back(change);
      change = {change.start};
      change.moved = inode_of(first);
      mounted_.rename(first, second);
    } else if (operation < 18) {
      change.changed = inode_of(first);
      mounted_.write(first, random_() % 30'000,
                     std::string(1 + random_() % 9000, static_cast<char>('A' + random_() % 26)));
    } else if (operation == 18) {
      change.changed = inode_of(first);
      mounted_.truncate(first, random_() % 20'000);
    } else if (random_() % 2 == 0) {
      sync();
      return;
    }
    epochs_.back().changes.push_back(change);
  }

  Image start_;
  std::mt19937 random_;
  std::vector<MemoryDevice::Write> log_;
  MountedImage mounted_;
  std::vector<Epoch> epochs_;
  uint64_t checked_ = 0;
};

}  // namespace

TEST_CASE("after a stop at any write e2fsck repairs the image and what was synced is there") {
  constexpr unsigned kRuns = 9, kCuts = 12;
  std::mt19937 random(3);
  uint64_t checked = 0;
  for (unsigned number = 0; number < kRuns; ++number) {
    test::Format format = test::all_formats()[number % test::all_formats().size()];
    format.kilobytes /= 4;
    Run run(test::make_image(format), number);
    for (unsigned i = 0; i < kCuts; ++i) {
      const size_t cut = random() % (run.writes() + 1);
      const bool lossy = i % 2 == 1;
      INFO("run " << number << ", " << format.text() << ", " << cut << " of " << run.writes() << " writes"
                  << (lossy ? ", some of the last lost" : ""));
      run.check_cut(cut, lossy);
    }
    checked += run.checked();
  }
  CHECK(checked > 500);
}

TEST_CASE("a synced file that moves has its bytes under one of its names after a stop at each write") {
  struct Step {
    enum { Rename, Directory, Link, Unlink, Remove, File } what;
    const char *first, *second;
  };
  struct Scenario {
    const char* name;
    std::vector<Step> before, after;
    std::vector<std::string> paths;
  };
  const std::vector<Scenario> scenarios = {
      {"to another directory and back, and another the other way",
       {{Step::Directory, "p", ""}, {Step::Directory, "q", ""}, {Step::File, "p/file", ""}, {Step::File, "q/b", ""}},
       {{Step::Rename, "p/file", "q/file"}, {Step::Rename, "q/b", "p/b"}, {Step::Rename, "q/file", "file"}},
       {"p/file", "q/file", "file"}},
      {"into directories that were made just now",
       {{Step::Directory, "p", ""}, {Step::File, "p/file", ""}},
       {{Step::Directory, "new", ""}, {Step::Directory, "new/er", ""}, {Step::Rename, "p/file", "new/er/file"}},
       {"p/file", "new/er/file"}},
      {"by a link and the removal of its old name",
       {{Step::Directory, "p", ""}, {Step::Directory, "q", ""}, {Step::File, "p/file", ""}},
       {{Step::Link, "p/file", "q/file"}, {Step::Unlink, "p/file", ""}},
       {"p/file", "q/file"}},
      {"out of directories that are removed then",
       {{Step::Directory, "p", ""},
        {Step::Directory, "p/q", ""},
        {Step::Directory, "r", ""},
        {Step::File, "p/q/file", ""}},
       {{Step::Rename, "p/q/file", "r/file"}, {Step::Remove, "p/q", ""}, {Step::Remove, "p", ""}},
       {"p/q/file", "r/file"}},
      {"with its directory, over an empty one",
       {{Step::Directory, "p", ""},
        {Step::Directory, "q", ""},
        {Step::Directory, "q/d", ""},
        {Step::Directory, "p/d", ""},
        {Step::File, "p/d/file", ""}},
       {{Step::Rename, "p/d", "q/d"}},
       {"p/d/file", "q/d/file"}},
  };
  const std::string bytes(5000, 's');
  const Image empty = test::make_image({1024, 512, 1, 128, 64});
  std::mt19937 random(13);
  for (const Scenario& scenario : scenarios) {
    std::vector<MemoryDevice::Write> log;
    MountedImage mounted(empty);
    const auto apply = [&](const Step& step) {
      INFO(step.first << " " << step.second);
      int failed = 0;
      if (step.what == Step::Rename) failed = mounted.rename(step.first, step.second);
      if (step.what == Step::Directory) failed = mounted.make(step.first, S_IFDIR | 0755);
      if (step.what == Step::Link) failed = mounted.link(step.first, step.second);
      if (step.what == Step::Unlink || step.what == Step::Remove)
        failed = mounted.unlink(step.first, step.what == Step::Remove);
      if (step.what == Step::File) {
        failed = mounted.make(step.first, S_IFREG | 0644);
        REQUIRE(mounted.write(step.first, 0, bytes) == 5000);
      }
      REQUIRE(failed == 0);
    };
    for (const Step& step : scenario.before) apply(step);
    REQUIRE(mounted.volume().sync() == hop::Status::Ok);
    const Image synced = mounted.device().image();
    mounted.device().log = &log;
    for (const Step& step : scenario.after) apply(step);
    REQUIRE(mounted.volume().sync() == hop::Status::Ok);
    mounted.device().log = nullptr;
    for (size_t cut = 0; cut < log.size(); ++cut) {
      if (log[cut].bytes.empty()) continue;  // a flush
      Image image = synced;
      size_t flushed = cut;
      while (flushed != 0 && !log[flushed - 1].bytes.empty()) --flushed;
      for (size_t i = 0; i <= cut; ++i) {
        // the write at the cut is there, those since the last flush before it may be lost
        if (i >= flushed && i < cut && random() % 2 == 0) continue;
        std::copy(log[i].bytes.begin(), log[i].bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(log[i].offset));
      }
      INFO(scenario.name << ", after write " << cut << " of " << log.size());
      REQUIRE(test::repair(image));
      MountedImage repaired(image);
      bool is_there = false;
      for (const std::string& path : scenario.paths) {
        uint32_t inode = 0;
        is_there = is_there || (repaired.find(path, inode) == 0 && repaired.read(inode) == bytes);
      }
      CHECK(is_there);
    }
  }
}

TEST_CASE("a file that is replaced by a rename has its old bytes or its new ones after a stop at any write") {
  std::mt19937 random(5);
  const Image start = test::make_image({1024, 1024});
  std::vector<MemoryDevice::Write> log;
  MountedImage mounted(start);
  std::vector<std::pair<size_t, int>> synced;  // writes in the log, number of the version
  REQUIRE(mounted.make("folder", S_IFDIR | 0755) == 0);
  REQUIRE(mounted.make("folder/file", S_IFREG | 0644) == 0);
  REQUIRE(mounted.write("folder/file", 0, std::string(3000, 'a')) == 3000);
  REQUIRE(mounted.volume().sync() == hop::Status::Ok);
  const Image base = mounted.device().image();
  mounted.device().log = &log;
  for (int version = 1; version < 20; ++version) {
    REQUIRE(mounted.make("new", S_IFREG | 0644) == 0);
    REQUIRE(mounted.write("new", 0, std::string(3000, static_cast<char>('a' + version))) == 3000);
    REQUIRE(mounted.volume().sync() == hop::Status::Ok);
    REQUIRE(mounted.rename("new", "folder/file") == 0);
  }
  REQUIRE(mounted.volume().sync() == hop::Status::Ok);
  for (int i = 0; i < 12; ++i) {
    const size_t cut = random() % log.size();
    Image image = image_after(base, log, cut);
    INFO(cut << " of " << log.size() << " writes");
    REQUIRE(test::repair(image));
    MountedImage repaired(image);
    uint32_t inode = 0;
    REQUIRE(repaired.find("folder/file", inode) == 0);
    const std::string bytes = repaired.read(inode);
    REQUIRE(bytes.size() == 3000);
    CHECK(std::count(bytes.begin(), bytes.end(), bytes[0]) == 3000);
  }
}

TEST_CASE("when the disk fails nothing is written any more, and e2fsck repairs what is there") {
  const Image start = test::make_image({2048, 2048});
  std::mt19937 random(9);
  for (int i = 0; i < 12; ++i) {
    MountedImage mounted(start);
    mounted.device().accesses_left = 20 + static_cast<int64_t>(random() % 300);
    bool has_failed = false;
    for (int step = 0; step < 400 && !has_failed; ++step) {
      const std::string name = "n" + std::to_string(random() % 40);
      has_failed =
          mounted.make(name, S_IFREG | 0644) == EIO || mounted.write(name, 0, std::string(9000, 'x')) == -EIO ||
          (step % 5 == 0 && mounted.unlink(name, false) == EIO) || mounted.volume().sync() == hop::Status::InputOutput;
    }
    REQUIRE(has_failed);
    std::vector<MemoryDevice::Write> log;
    mounted.device().log = &log;
    mounted.device().accesses_left = -1;  // the disk is back, but the volume does not trust it any more
    CHECK(mounted.volume().sync() == hop::Status::InputOutput);
    CHECK(mounted.make("later", S_IFREG | 0644) == EIO);
    CHECK(log.empty());
    CHECK(test::repair(mounted.device().image()));
  }
}

TEST_CASE("after a stop at any write no file has bytes of another one") {
  std::mt19937 random(21);
  const Image start = test::make_image({1024, 512, 1, 128, 64});
  std::vector<MemoryDevice::Write> log;
  MountedImage mounted(start);
  mounted.device().log = &log;
  for (int step = 0; step < 400; ++step) {
    const unsigned number = random() % 6;
    const std::string name = "f" + std::to_string(number);
    (void)mounted.make(name, S_IFREG | 0644);
    if (random() % 3 == 0) REQUIRE(mounted.truncate(name, random() % 60'000) == 0);
    if (random() % 8 == 0) REQUIRE(mounted.unlink(name, false) == 0);
    if (random() % 40 == 0) REQUIRE(mounted.volume().sync() == hop::Status::Ok);
    (void)mounted.write(name, random() % 60'000, std::string(20'000, static_cast<char>('0' + number)));
  }
  for (int i = 0; i < 40; ++i) {
    const size_t cut = random() % log.size();
    Image image = image_after(start, log, cut);
    INFO(cut << " of " << log.size() << " writes");
    REQUIRE(test::repair(image));
    MountedImage repaired(image);
    for (unsigned number = 0; number < 6; ++number) {
      uint32_t inode = 0;
      if (repaired.find("f" + std::to_string(number), inode) != 0) continue;
      const std::string bytes = repaired.read(inode);
      const auto own = std::count(bytes.begin(), bytes.end(), static_cast<char>('0' + number));
      CHECK(own + std::count(bytes.begin(), bytes.end(), '\0') == static_cast<std::ptrdiff_t>(bytes.size()));
    }
  }
}
