// SPDX-License-Identifier: GPL-2.0-or-later
// Two CPUs on one memory: what one stores, the other sees, as data and as code; and what one drops the other drops.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/emu/two_cpus.h"

using namespace test;
using namespace asx;

namespace {

constexpr uint64_t kCode0 = 0x40'0000, kCode1 = 0x48'0000;
constexpr uint64_t kTarget = 0x50'2000;  ///< where written code runs
constexpr uint64_t kAlias = 0x60'5000;   ///< where it is written
constexpr uint64_t kShared = 0x70'1000;  ///< data
constexpr uint64_t kRounds = 40;
constexpr uint64_t kSum = kRounds * (kRounds + 1) / 2;

/// mov eax, number; ret
constexpr uint64_t kReturn = uint64_t{0xb8} | uint64_t{0xc3} << 40;

/// Waits until [base + offset] == rdi.
Code& wait_for_round(Code& code, uint8_t offset) {
  return code.raw({0x48, 0x39, 0x7d, offset, 0x75, 0xfa});  // cmp [rbp + offset], rdi; jne back
}
Code& set_word(Code& code, uint8_t offset) {
  return code.raw({0x48, 0x89, 0x7d, offset});
}  // mov [rbp + offset], rdi

/// Runs at different turns: whole programs, single blocks, and something between.
template <typename Action>
void for_schedules(Action action) {
  for (const uint32_t turn : {1u, 7u, 300u}) {
    for (uint64_t seed = 0; seed < 5; ++seed) {
      CAPTURE(turn, seed);
      action(seed, turn);
    }
  }
}

/// rounds, from kRounds to 1: writes "mov eax, round; ret" to [rsi], says so in word 0, waits for the answer in word 8.
Code writer(uint64_t write_at, uint64_t words = kShared) {
  Code code;
  code.set(kRbp, words).set(kRdi, kRounds).set(kRsi, write_at);
  const size_t loop = code.here();
  code.set(kRcx, kReturn).raw({0x48, 0x89, 0xf8, 0x48, 0xc1, 0xe0, 0x08});  // mov rax, rdi; shl rax, 8
  code.raw({0x48, 0x09, 0xc1}).store(kRsi, kRcx);                           // or rcx, rax
  set_word(code, 0);
  wait_for_round(code, 8);
  code.decrement(kRdi).jump_if_not_zero(loop).undefined();
  return code;
}

/// Waits for each round in word 0, calls [rbx], adds the result to word 16, answers in word 8.
Code caller(uint64_t call_at, uint64_t words = kShared) {
  Code code;
  code.set(kRbp, words).set(kRdi, kRounds).set(kRbx, call_at);
  const size_t loop = code.here();
  wait_for_round(code, 0);
  code.raw({0xff, 0xd3, 0x48, 0x01, 0x45, 16});  // call rbx; add [rbp + 16], rax
  set_word(code, 8);
  code.decrement(kRdi).jump_if_not_zero(loop).raw({0xeb, 0xfe});
  return code;
}

}  // namespace

TEST_CASE("code that one CPU writes runs on another as written, each time it is written") {
  for_schedules([](uint64_t seed, uint32_t turn) {
    TwoCpus w;
    const SpaceId space = w.space(kSpaceCode);
    const PhysicalAddress page = w.map_new(space, kTarget, 1, World::kCodeFlags);
    w.map(space, kAlias, page, World::kData);
    const PhysicalAddress data = w.map_new(space, kShared, 1, World::kData);
    w.put(space, kCode0, writer(kAlias));
    w.put(space, kCode1, caller(kTarget));
    w.start_both(space, kCode0, kCode1);
    CHECK(w.run_in_turns(seed, turn).vector == kVectorInvalidOpcode);
    CHECK(w.at<uint64_t>(data + 16) == kSum);
  });
}

TEST_CASE("code on a page that both CPUs run, store to and rewrite is what was last written") {
  constexpr uint64_t kWords = 0xc00;
  for_schedules([](uint64_t seed, uint32_t turn) {
    TwoCpus w;
    const SpaceId space = w.space(kSpaceCode);
    // both programs, what one writes for the other, and the words between them: one page
    const PhysicalAddress page = w.put(space, kCode0, writer(kCode0 + 0x800, kShared + kWords), World::kWritableCode);
    w.write(page + 0x400, caller(kCode0 + 0x800, kShared + kWords));
    w.map(space, kShared & ~kPageMask, page, World::kData);
    w.at<uint64_t>(page + 0x800) = kReturn;
    w.start_both(space, kCode0, kCode0 + 0x400);
    CHECK(w.run_in_turns(seed, turn).vector == kVectorInvalidOpcode);
    CHECK(w.at<uint64_t>(page + kWords + 16) == kSum);
  });
}

TEST_CASE("each CPU sees the code that it writes itself while the other does the same to the same page") {
  for_schedules([](uint64_t seed, uint32_t turn) {
    TwoCpus w;
    const SpaceId space = w.space(kSpaceCode);
    const PhysicalAddress page = w.map_new(space, kTarget, 1, World::kWritableCode);
    const PhysicalAddress data = w.map_new(space, kShared, 1, World::kData);
    const auto program = [&](uint64_t place, uint8_t word, bool ends) {
      Code code;
      code.set(kRbp, kShared).set(kRdi, kRounds).set(kRsi, kTarget + place).raw({0x48, 0x89, 0xf3});  // mov rbx, rsi
      const size_t loop = code.here();
      code.set(kRcx, kReturn).raw({0x48, 0x89, 0xf8, 0x48, 0xc1, 0xe0, 0x08});
      code.raw({0x48, 0x09, 0xc1}).store(kRsi, kRcx).raw({0xff, 0xd3, 0x48, 0x01, 0x45, word});
      code.decrement(kRdi).jump_if_not_zero(loop);
      code.raw({0xc6, 0x45, static_cast<uint8_t>(word + 8), 1});  // mov byte [rbp + word + 8], 1
      if (!ends) return code.raw({0xeb, 0xfe});
      code.raw({0x80, 0x7d, 24, 1, 0x75, 0xfa});  // until the other is done, too
      return code.undefined();
    };
    w.put(space, kCode0, program(0x100, 0, true));
    w.put(space, kCode1, program(0x200, 16, false));
    w.start_both(space, kCode0, kCode1);
    CHECK(w.run_in_turns(seed, turn).vector == kVectorInvalidOpcode);
    CHECK(w.at<uint64_t>(data) == kSum);
    CHECK(w.at<uint64_t>(data + 16) == kSum);
    CHECK(w.at<uint64_t>(page + 0x100) == (kReturn | 1 << 8));
  });
}

TEST_CASE("instructions with a lock prefix, xchg and cmpxchg16b are atomic among CPUs; a load and a store are not") {
  constexpr uint64_t kTimes = 2000;
  uint64_t lost = 0;
  for_schedules([&](uint64_t seed, uint32_t turn) {
    TwoCpus w;
    const SpaceId space = w.space(kSpaceCode);
    const PhysicalAddress data = w.map_new(space, kShared, 1, World::kData);
    const auto program = [&](uint8_t done, bool ends) {
      Code code;
      code.set(kRbp, kShared).set(kRdi, kTimes);
      const size_t loop = code.here();
      code.raw({0xf0, 0x48, 0xff, 0x45, 0x00});                     // lock inc [rbp]
      code.set(kRax, 1).raw({0xf0, 0x48, 0x0f, 0xc1, 0x45, 0x08});  // lock xadd [rbp + 8], rax
      const size_t again = code.here();                             // a spin lock of xchg, around an increment
      code.raw({0xb8, 1, 0, 0, 0, 0x87, 0x45, 0x10, 0x85, 0xc0});   // xchg [rbp + 16], eax; test eax, eax
      code.jump_if_not_zero(again);
      code.raw({0x48, 0x8b, 0x4d, 0x18, 0xeb, 0x00, 0x48, 0xff, 0xc1});  // mov rcx, [rbp + 24]; (a block) inc rcx
      code.raw({0x48, 0x89, 0x4d, 0x18, 0xc7, 0x45, 0x10, 0, 0, 0, 0});  // mov [rbp + 24], rcx; free the lock
      code.raw({0x48, 0x8b, 0x45, 0x20, 0x48, 0x8b, 0x55, 0x28});        // rdx:rax = [rbp + 32]
      const size_t retry = code.here();
      code.raw({0x48, 0x8d, 0x58, 0x01, 0x48, 0x8d, 0x4a, 0x02});              // rbx = rax + 1, rcx = rdx + 2
      code.raw({0xf0, 0x48, 0x0f, 0xc7, 0x4d, 0x20}).jump_if_not_zero(retry);  // lock cmpxchg16b [rbp + 32]
      code.raw({0x48, 0x8b, 0x4d, 0x30, 0xeb, 0x00, 0x48, 0xff, 0xc1});  // the same as under the lock, without one
      code.raw({0x48, 0x89, 0x4d, 0x30});
      code.decrement(kRdi).jump_if_not_zero(loop);
      code.raw({0xc6, 0x45, done, 1});
      if (!ends) return code.raw({0xeb, 0xfe});
      code.raw({0x80, 0x7d, 0x48, 1, 0x75, 0xfa});
      return code.undefined();
    };
    w.put(space, kCode0, program(0x40, true));
    w.put(space, kCode1, program(0x48, false));
    w.start_both(space, kCode0, kCode1);
    CHECK(w.run_in_turns(seed, turn).vector == kVectorInvalidOpcode);
    for (const uint64_t word : {0, 8, 24, 32}) CHECK(w.at<uint64_t>(data + word) == 2 * kTimes);
    CHECK(w.at<uint64_t>(data + 40) == 4 * kTimes);
    lost += 2 * kTimes - w.at<uint64_t>(data + 48);
  });
  CHECK(lost > kTimes);  // so the turns do cut between two blocks
}

TEST_CASE("what one CPU drops with invspace the other drops, too") {
  for_schedules([](uint64_t seed, uint32_t turn) {
    TwoCpus w;
    const SpaceId space = w.space(kSpaceCode | kSpacePrivileged);
    w.map_new(space, kShared, 1, World::kData);
    const PhysicalAddress before = w.map_new(space, kTarget, 1, World::kData);
    const PhysicalAddress after = w.pages(1);
    w.at<uint64_t>(before) = 1;
    w.at<uint64_t>(after) = 2;
    uint64_t& entry = w.page_entry(space, kTarget);
    const PhysicalAddress table{static_cast<uint64_t>(reinterpret_cast<std::byte*>(&entry) - w.memory.base())};
    w.map(space, kAlias, {table.value & ~kPageMask}, World::kData);
    const uint64_t new_entry = (entry & ~kPteAddressMask) | after.value;

    // 0 waits until 1 has used the page, changes the mapping, drops, says so, and waits for what 1 sees then
    Code changing;
    changing.set(kRbp, kShared).set(kRdi, 1);
    wait_for_round(changing, 0);
    changing.set(kRsi, kAlias + (table.value & kPageMask)).set(kRcx, new_entry).store(kRsi, kRcx);
    changing.set(kRax, space.value).asx(Mnemonic::Invspace, 0, kRax).set(kRdi, 2);
    set_word(changing, 0).set(kRdi, 3);
    wait_for_round(changing, 0);
    changing.raw({0x48, 0x8b, 0x45, 0x08}).undefined();  // mov rax, [rbp + 8]
    // 1 reads the page all the time
    Code reading;
    reading.set(kRbp, kShared).set(kRsi, kTarget).load(kRax, kRsi).set(kRdi, 1);
    set_word(reading, 0).set(kRdi, 2);
    const size_t loop = reading.here();
    reading.load(kRax, kRsi).raw({0x48, 0x39, 0x7d, 0x00}).jump_if_not_zero(loop);
    reading.load(kRax, kRsi).raw({0x48, 0x89, 0x45, 0x08}).set(kRdi, 3);
    set_word(reading, 0).raw({0xeb, 0xfe});
    w.put(space, kCode0, changing);
    w.put(space, kCode1, reading);
    w.start_both(space, kCode0, kCode1);
    const Frame frame = w.run_in_turns(seed, turn);
    CHECK(frame.vector == kVectorInvalidOpcode);
    CHECK(frame.gpr[kRax] == 2);
  });
}

TEST_CASE("invspace reloads the spaces in force on the other CPU: a dead one leaves it nothing") {
  TwoCpus w;
  const SpaceId space = w.space(kSpaceCode | kSpacePrivileged);
  const SpaceId other = w.space(kSpaceCode, "other");
  w.map_new(space, kShared, 1, World::kData);
  w.put(space, kCode0, Code().set(kRax, other.value).asx(Mnemonic::Invspace, 0, kRax).undefined());
  w.put(space, kCode1, Code().raw({0xeb, 0xfe}));
  w.start_both(space, kCode0, kCode1);
  CpuState& state = w.second->cpu();
  REQUIRE(load_initial_space(state, w.model_memory, space));
  state.stack.id = other;
  state.stack.generation = 1;
  state.stack.list_length = 9;
  w.descriptor(other).generation = 2;
  CHECK(w.run_in_turns(0, 1).vector == kVectorInvalidOpcode);
  CHECK(w.second->cpu().stack.id == other);
  CHECK(w.second->cpu().stack.list_length == 0);
  CHECK(w.second->cpu().code.id == space);
  CHECK(w.second->cpu().code.list_length != 0);
}
