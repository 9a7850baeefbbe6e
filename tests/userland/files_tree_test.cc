// SPDX-License-Identifier: GPL-2.0-or-later
// The tree of files in memory.
#include <catch2/catch_test_macros.hpp>

#include "tests/userland/files_sides.h"
#include "tests/userland/host_heap.h"

using hop::Status;
using hop::files::LastName;
using hop::files::Node;
using hop::files::PathBuffer;
using hop::files::Place;
using test::GuestSide;
using test::HostSide;

TEST_CASE("random changes of the tree have the results they have in a folder of the host") {
  const int64_t blocks_before = test::live_blocks();
  std::mt19937 random(2026);
  auto guest = std::make_unique<GuestSide>();
  HostSide host;
  test::change_both(*guest, host, random, 6000);
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
