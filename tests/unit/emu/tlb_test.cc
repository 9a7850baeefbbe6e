// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/costs/tlb.h"

#include <catch2/catch_test_macros.hpp>
#include <list>
#include <map>
#include <random>

using emu::Tlb;
using emu::TlbEntry;
using emu::TlbKey;

namespace {

TlbEntry entry(TlbKey key, uint32_t target = 7) {
  return {.key = key, .frame = key.page << 12, .target = target, .is_valid = true, .allows_store = false};
}

bool hits(Tlb& tlb, TlbKey key) {
  return tlb.find(key) != nullptr;
}

}  // namespace

TEST_CASE("a TLB finds what was put in, and nothing else") {
  Tlb tlb({.entries = 8, .ways = 2});
  CHECK_FALSE(hits(tlb, {5}));
  tlb.insert(entry({5}));
  REQUIRE(hits(tlb, {5}));
  CHECK(tlb.find({5})->frame == 0x5000);
  CHECK_FALSE(hits(tlb, {9}));  // same set
  CHECK_FALSE(hits(tlb, {4}));  // another set
  CHECK_FALSE(hits(tlb, {5, 1, 0}));
}

TEST_CASE("a full set of a TLB gives up its least recently used entry") {
  Tlb tlb({.entries = 16, .ways = 4});
  for (const uint64_t page : {0, 4, 8, 12}) tlb.insert(entry({page}));
  CHECK(hits(tlb, {0}));  // now 4 is the oldest
  tlb.insert(entry({16}));
  CHECK_FALSE(hits(tlb, {4}));
  for (const uint64_t page : {0, 8, 12, 16}) CHECK(hits(tlb, {page}));
}

TEST_CASE("pages that fall into one set push each other out although a TLB has room") {
  Tlb direct({.entries = 8, .ways = 1});
  direct.insert(entry({1}));
  direct.insert(entry({9}));
  CHECK_FALSE(hits(direct, {1}));
  Tlb associative({.entries = 8, .ways = 8});
  for (uint64_t page = 1; page <= 8 * 8; page += 8) associative.insert(entry({page}));
  for (uint64_t page = 1; page <= 8 * 8; page += 8) CHECK(hits(associative, {page}));
  associative.insert(entry({2}));
  CHECK_FALSE(hits(associative, {1}));
}

TEST_CASE("a TLB keeps the same page of several owners and generations apart") {
  Tlb tlb({.entries = 4, .ways = 4});
  tlb.insert(entry({3, 1, 1}));
  tlb.insert(entry({3, 2, 1}));
  CHECK(hits(tlb, {3, 1, 1}));
  CHECK(hits(tlb, {3, 2, 1}));
  CHECK_FALSE(hits(tlb, {3, 1, 2}));
}

TEST_CASE("inserting a key again replaces its entry and takes no second place") {
  Tlb tlb({.entries = 2, .ways = 2});
  tlb.insert(entry({0}));
  tlb.insert(entry({1}));
  TlbEntry better = entry({0});
  better.allows_store = true;
  tlb.insert(better);
  CHECK(tlb.find({0})->allows_store);
  CHECK(hits(tlb, {1}));
  CHECK(tlb.drop_all() == 2);
}

TEST_CASE("a dropped entry of a TLB is the first to be filled again") {
  Tlb tlb({.entries = 2, .ways = 2});
  tlb.insert(entry({0, 1, 0}));
  tlb.insert(entry({1, 2, 0}));
  CHECK(tlb.drop_space(1) == 1);
  tlb.insert(entry({2, 2, 0}));
  CHECK(hits(tlb, {1, 2, 0}));
  CHECK(hits(tlb, {2, 2, 0}));
}

TEST_CASE("dropping a space drops what it owns and what is in it") {
  Tlb tlb({.entries = 4, .ways = 4});
  tlb.insert(entry({0, 1, 0}, 5));
  tlb.insert(entry({1, 5, 0}, 2));
  tlb.insert(entry({2, 3, 0}, 3));
  CHECK(tlb.drop_space(5) == 2);
  CHECK_FALSE(hits(tlb, {0, 1, 0}));
  CHECK_FALSE(hits(tlb, {1, 5, 0}));
  CHECK(hits(tlb, {2, 3, 0}));
  CHECK(tlb.drop_all() == 1);
  CHECK_FALSE(hits(tlb, {2, 3, 0}));
}

namespace {

/// The same in the simplest words: for each set a list of keys, the most recently used first.
struct PlainTlb {
  uint32_t sets, ways;
  std::map<uint64_t, std::list<std::pair<TlbKey, uint32_t>>> content;

  bool find(TlbKey key) {
    auto& set = content[key.page % sets];
    for (auto place = set.begin(); place != set.end(); ++place) {
      if (!(place->first == key)) continue;
      set.splice(set.begin(), set, place);
      return true;
    }
    return false;
  }
  void insert(TlbKey key, uint32_t target) {
    auto& set = content[key.page % sets];
    set.emplace_front(key, target);
    if (set.size() > ways) set.pop_back();
  }
  void drop_space(uint32_t id) {
    for (auto& [number, set] : content) {
      set.remove_if([&](const auto& entry) { return entry.first.owner == id || entry.second == id; });
    }
  }
};

}  // namespace

TEST_CASE("a TLB of any geometry does what lists of keys would do") {
  std::mt19937 random(20);
  for (const emu::TlbGeometry geometry : {emu::TlbGeometry{1, 1}, {8, 1}, {8, 2}, {12, 3}, {16, 16}, {64, 4}}) {
    Tlb tlb(geometry);
    PlainTlb plain{geometry.entries / geometry.ways, geometry.ways, {}};
    unsigned hit_count = 0;
    for (int i = 0; i < 20'000; ++i) {
      const auto what = static_cast<unsigned>(random() % 1000);
      if (what == 0) {
        static_cast<void>(tlb.drop_all());
        plain.content.clear();
      } else if (what < 10) {
        const auto space = static_cast<uint32_t>(random() % 4);
        static_cast<void>(tlb.drop_space(space));
        plain.drop_space(space);
      } else {
        const TlbKey key{random() % (geometry.entries + 5), static_cast<uint32_t>(random() % 3), 0};
        const auto target = static_cast<uint32_t>(random() % 4);
        const bool is_hit = hits(tlb, key);
        REQUIRE(is_hit == plain.find(key));
        hit_count += is_hit ? 1 : 0;
        if (is_hit) continue;
        tlb.insert(entry(key, target));
        plain.insert(key, target);
      }
    }
    CHECK(hit_count > 1000);
  }
}
