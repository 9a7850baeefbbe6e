// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/costs/memory_model.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/host/fake_machine.h"

using namespace asx;
using emu::Counters;
using emu::MemoryModel;

namespace {

constexpr uint64_t kPage = 0x40'0000;
constexpr uint64_t kFlags = kPtePresent | kPteWrite;

/// Two code spaces and a stack space, the first two with a gate and a heap in their lists.
struct World : test::FakeMachine {
  explicit World(const Variant& chosen) : FakeMachine(chosen), model(chosen) {
    for (const SpaceId space : {first, second, stack, heap}) {
      for (uint64_t i = 0; i < 4; ++i) map(space, kPage + i * kPageSize, allocate(kPageSize).value | kFlags);
    }
    for (const SpaceId space : {first, second}) {
      grant_gate(space, 1, second, 0);
      grant_space(space, 2, heap, kEntryRead | kEntryWrite);
    }
    grant_space(stack, 3, heap, kEntryRead | kEntryWrite);
    start(first, stack, add_thread(stack, 16, 4));
    model.attach(cpu, machine.memory);
  }
  void load(uint64_t address, uint32_t size = 8) { model.data({.address = address, .size = size}); }
  void store(uint64_t address, uint32_t size = 8) { model.data({.address = address, .size = size, .is_store = true}); }
  /// As a gate call does it.
  void enter(SpaceId code) {
    cpu.code.id = code;
    cpu.code.generation = descriptor(code).generation;
    cpu.code.list = {descriptor(code).list};
    model.spaces_changed();
  }
  [[nodiscard]] const Counters& counters() const { return model.counters(); }

  SpaceId first = add_space(kSpaceCode, 8);
  SpaceId second = add_space(kSpaceCode, 8);
  SpaceId stack = add_space(kSpaceStack, 8);
  SpaceId heap = add_space(0, 1);
  MemoryModel model;
};

Variant untagged() {
  return {.tlb = TlbKind::Untagged};
}

uint64_t at(uint16_t selector, uint64_t offset) {
  return VirtualAddress::make({selector}, offset).value;
}

}  // namespace

TEST_CASE("the first access to a page misses and walks four steps, the next one hits") {
  World s{Variant{}};
  s.load(kPage);
  s.load(kPage + 8);
  CHECK(s.counters().loads == 2);
  CHECK(s.counters().load_misses == 1);
  CHECK(s.counters().walk_steps == 4);
  CHECK(s.counters().list_entries == 0);
}

TEST_CASE("an access by a selector above index 0 reads one access-list entry, and only when it misses") {
  World s{Variant{}};
  s.load(at(2, kPage));
  s.load(at(2, kPage + 64));
  s.store(at(0x8003, kPage));
  CHECK(s.counters().load_misses == 1);
  CHECK(s.counters().store_misses == 1);
  CHECK(s.counters().list_entries == 2);
}

TEST_CASE("a page of 2 MiB takes three steps, and an entry for each 4 KiB") {
  World s{Variant{}};
  s.page_entry(s.first, kPage, 1) = kFlags | kPteLarge;  // RAM is smaller than that: only its first part is used
  s.load(kPage);
  s.load(kPage + kPageSize);
  CHECK(s.counters().load_misses == 2);
  CHECK(s.counters().walk_steps == 6);
}

TEST_CASE("the first store to a page that was only read misses, because the entry does not allow it yet") {
  World s{Variant{}};
  s.load(kPage);
  s.store(kPage);
  s.store(kPage);
  s.load(kPage);
  CHECK(s.counters().load_misses == 1);
  CHECK(s.counters().store_misses == 1);
}

TEST_CASE("an access that crosses pages is one access and looks up both pages") {
  World s{Variant{}};
  s.load(kPage + kPageSize - 4);
  CHECK(s.counters().loads == 1);
  CHECK(s.counters().load_misses == 2);
  s.model.data({.address = kPage + 2 * kPageSize - 8, .size = 8});
  s.model.data({.address = kPage + 2 * kPageSize, .size = 8, .is_continued = true});
  CHECK(s.counters().loads == 2);
  CHECK(s.counters().load_misses == 3);
}

TEST_CASE("instructions and data have TLBs of their own") {
  World s{Variant{}};
  s.model.fetch(kPage, 4);
  s.load(kPage);
  s.model.fetch(kPage + kPageSize - 2, 4);
  s.model.fetch(kPage + 4, 4);
  CHECK(s.counters().fetch_misses == 2);
  CHECK(s.counters().load_misses == 1);
  CHECK(s.counters().walk_steps == 12);
}

TEST_CASE("a tagged TLB keeps both spaces through a hop, an untagged one begins anew on each side") {
  for (const bool is_tagged : {true, false}) {
    World s{is_tagged ? Variant{} : untagged()};
    const auto visit = [&] {
      s.model.fetch(kPage, 4);
      s.load(at(2, kPage));
      s.load(at(0x8000, kPage));
    };
    for (int round = 0; round < 3; ++round) {
      s.enter(s.first);
      visit();
      s.enter(s.second);
      visit();
    }
    INFO(is_tagged);
    CHECK(s.counters().fetch_misses == (is_tagged ? 2u : 6u));
    // two names of the heap, and the one stack, which the callee shares with its caller
    CHECK(s.counters().load_misses == (is_tagged ? 3u : 12u));
    CHECK(s.counters().tlb_flushes == (is_tagged ? 0u : 6u));
  }
}

TEST_CASE("a tagged TLB does not take a new space for the dead one whose number it has") {
  World s{Variant{}};
  s.load(kPage);
  ++s.descriptor(s.first).generation;
  s.enter(s.first);
  s.load(kPage);
  CHECK(s.counters().load_misses == 2);
}

TEST_CASE("invspace drops what a space owns and what lies in it from a tagged TLB, and all of an untagged one") {
  for (const bool is_tagged : {true, false}) {
    World s{is_tagged ? Variant{} : untagged()};
    const auto visit = [&] {
      s.load(kPage);              // of first, in first
      s.load(at(2, kPage));       // of first, in heap
      s.load(at(0x8000, kPage));  // of stack, in stack
    };
    visit();
    s.model.space_invalidated(s.heap.value);
    visit();
    INFO(is_tagged);
    CHECK(s.counters().load_misses == (is_tagged ? 4u : 6u));
    s.model.space_invalidated(s.first.value);
    visit();
    CHECK(s.counters().load_misses == (is_tagged ? 6u : 9u));
    s.model.space_invalidated(kAllSpaces);
    visit();
    CHECK(s.counters().load_misses == (is_tagged ? 9u : 12u));
    CHECK(s.counters().tlb_flushes == (is_tagged ? 1u : 3u));
  }
}

TEST_CASE("instructions that take a selector read its entry, if it has one") {
  World s{Variant{}};
  const auto run = [&](Mnemonic mnemonic, uint64_t reg, uint64_t rm) {
    const uint64_t before = s.counters().list_entries;
    Registers registers;
    registers.rip = kPage;
    registers.gpr[kRax] = reg;
    registers.gpr[kRbx] = rm;
    s.model.extension({mnemonic, kRax, kRbx, 4}, registers);
    return s.counters().list_entries - before;
  };
  CHECK(run(Mnemonic::Gcall, 0, 1) == 1);
  CHECK(run(Mnemonic::Gcall, 0, 0) == 0);
  CHECK(run(Mnemonic::Gcall, 0, 8) == 0);        // beyond the list
  CHECK(run(Mnemonic::Gcalla, 1, 0x8003) == 2);  // the gate, and what is lent
  CHECK(run(Mnemonic::Gcalla, 1, 0x8000) == 1);  // the stack space itself has no entry
  CHECK(run(Mnemonic::Narrow, 0x8003, 0) == 1);
  CHECK(run(Mnemonic::Narrow, 2, 0) == 0);  // refused before the entry is read
  CHECK(run(Mnemonic::Tsel, 0, at(0x8003, 0)) == 1);
  CHECK(run(Mnemonic::Tselc, 0, at(2, 0)) == 0);  // no caller
  CHECK(run(Mnemonic::Gret, 0, 1) == 0);
  s.cpu.code.syscall_selector = 1;
  s.model.system_call();
  CHECK(s.counters().list_entries == 7);
}

TEST_CASE("only string moves count as bytes copied") {
  World s{Variant{}};
  auto* const code = &s.at<uint8_t>({s.page_entry(s.first, kPage, 0) & kPteAddressMask});
  const auto run = [&](std::initializer_list<uint8_t> bytes, uint64_t from, uint64_t to) {
    std::copy(bytes.begin(), bytes.end(), code);
    static uint64_t number = 0;
    ++number;
    const uint64_t before = s.counters().string_bytes;
    s.model.fetch(kPage, static_cast<uint32_t>(bytes.size()));
    s.model.data({.address = from, .size = 8, .instruction = kPage, .number = number});
    s.model.data({.address = to, .size = 8, .is_store = true, .instruction = kPage, .number = number});
    return s.counters().string_bytes - before;
  };
  const uint64_t from = kPage + kPageSize, to = kPage + 2 * kPageSize;
  CHECK(run({0x48, 0xa5}, from, to) == 8);
  CHECK(run({0xf3, 0x48, 0xa5}, from, to) == 8);
  CHECK(run({0xff, 0x37}, from, to) == 0);          // push [rdi]
  CHECK(run({0x48, 0xff, 0x07}, from, from) == 0);  // inc [rdi]
}
