// SPDX-License-Identifier: GPL-2.0-or-later
// Code that was written runs as it was written, whoever wrote it and through whichever address.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/emu/world.h"

using namespace test;
using namespace asx;

namespace {

constexpr uint64_t kCode = 0x40'0000;
constexpr uint64_t kTarget = 0x50'2000;  ///< where written code runs
constexpr uint64_t kAlias = 0x60'5000;   ///< where it is written

/// mov eax, number; ret -- as the eight bytes that a program stores
uint64_t returning(uint32_t number) {
  return uint64_t{0xb8} | uint64_t{number} << 8 | uint64_t{0xc3} << 40;
}

/// rdi times: writes "mov eax, rdi; ret" at [rsi], calls [rbx], and adds the result to r8.
Code write_and_call(uint64_t rounds, uint64_t write_at, uint64_t call_at) {
  Code code;
  code.set(kRdi, rounds).set(kRsi, write_at).set(kRbx, call_at);
  const size_t loop = code.here();
  code.set(kRcx, returning(0)).raw({0x48, 0x89, 0xf8, 0x48, 0xc1, 0xe0, 0x08});  // mov rax, rdi; shl rax, 8
  code.raw({0x48, 0x09, 0xc1}).store(kRsi, kRcx).raw({0xff, 0xd3});              // or rcx, rax; [rsi] = rcx; call rbx
  code.raw({0x49, 0x01, 0xc0}).decrement(kRdi).jump_if_not_zero(loop).undefined();  // add r8, rax
  return code;
}

constexpr uint64_t kRounds = 100;
constexpr uint64_t kSum = kRounds * (kRounds + 1) / 2;

}  // namespace

TEST_CASE("code written through an alias runs as written, a hundred times") {
  World w;
  const SpaceId space = w.space(kSpaceCode);
  const PhysicalAddress page = w.map_new(space, kTarget, 1, World::kCodeFlags);
  w.map(space, kAlias, page, World::kData);
  w.put(space, kCode, write_and_call(kRounds, kAlias, kTarget));
  w.start(space, kCode);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(frame.gpr[kR8] == kSum);
}

TEST_CASE("code written through the address it runs at runs as written") {
  World w;
  const SpaceId space = w.space(kSpaceCode);
  w.map_new(space, kTarget, 1, World::kWritableCode);
  w.put(space, kCode, write_and_call(kRounds, kTarget, kTarget));
  w.start(space, kCode);
  CHECK(w.run_to_event().gpr[kR8] == kSum);
}

TEST_CASE("code on the page of the code that writes it runs as written") {
  World w;
  const SpaceId space = w.space(kSpaceCode);
  const PhysicalAddress page =
      w.put(space, kCode, write_and_call(kRounds, kAlias + 0x800, kCode + 0x800), World::kWritableCode);
  w.map(space, kAlias, page, World::kData);
  w.start(space, kCode);
  CHECK(w.run_to_event().gpr[kR8] == kSum);

  World same;
  const SpaceId writable = same.space(kSpaceCode);
  same.put(writable, kCode, write_and_call(kRounds, kCode + 0x800, kCode + 0x800), World::kWritableCode);
  same.start(writable, kCode);
  CHECK(same.run_to_event().gpr[kR8] == kSum);
}

TEST_CASE("code written in one space runs in another as written, a hundred times") {
  World w;
  const SpaceId writer = w.space(kSpaceCode, "writer");
  const SpaceId runner = w.space(kSpaceCode, "runner");
  const PhysicalAddress page = w.map_new(writer, kAlias, 1, World::kData);
  w.map(runner, kTarget, page, World::kCodeFlags);
  w.put(runner, 0x70'1000, Code().set(kRbx, kTarget).raw({0xff, 0xd3}).asx(Mnemonic::Gret));  // call rbx; gret
  w.gate(runner, 1).entry = 0x70'1000;
  w.gate(runner, 1).stack_policy = StackPolicy::Pool;
  const PhysicalAddress pool = w.pages(1);
  w.at<StackPool>(pool) = {1, 1, 1, 0, {}};
  w.at<StackSlot>(pool + sizeof(StackPool)) = {0x80'1000, 0, 0, 0, 0};
  w.gate(runner, 1).pool = pool.value;
  w.map_new(runner, 0x80'0000, 1, World::kData);
  w.grant_gate(writer, 1, runner, 1);

  Code code;
  code.set(kRdi, kRounds).set(kRsi, kAlias);
  const size_t loop = code.here();
  code.set(kRcx, returning(0)).raw({0x48, 0x89, 0xf8, 0x48, 0xc1, 0xe0, 0x08});  // mov rax, rdi; shl rax, 8
  code.raw({0x48, 0x09, 0xc1}).store(kRsi, kRcx).set(kRax, 1).asx(Mnemonic::Gcall, 0, kRax);
  code.raw({0x49, 0x01, 0xc0}).decrement(kRdi).jump_if_not_zero(loop).undefined();
  w.put(writer, kCode, code);
  w.start(writer, kCode);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(frame.gpr[kR8] == kSum);
}

TEST_CASE("a frame that is used again for another image runs the other image") {
  World w;
  const SpaceId space = w.space(kSpaceCode);
  const PhysicalAddress image = w.put(space, kCode, Code().set(kRax, 1).undefined());
  w.start(space, kCode);
  for (uint64_t i = 1; i <= 20; ++i) {
    const Frame frame = w.run_to_event();
    REQUIRE(frame.gpr[kRax] == i);
    REQUIRE(frame.rip == kCode + 10);
    w.write(image, Code().set(kRax, i + 1).undefined());  // by the host, as a loader or a device would
    w.engine->memory_written(image, 16);
    w.at<Frame>({w.thread().secure_stack_top - sizeof(Frame)}).rip = kCode;
  }
}

TEST_CASE("another frame mapped at an address runs that frame's code") {
  World w;
  const SpaceId space = w.space(kSpaceCode);
  w.put(space, kCode, Code().nops(3).set(kRax, 1).undefined());
  const PhysicalAddress other = w.pages(1);
  w.write(other, Code().set(kRax, 2).undefined());
  w.start(space, kCode);
  CHECK(w.run_to_event().gpr[kRax] == 1);
  w.map(space, kCode, other, World::kCodeFlags);  // the return from the event is a hop, so no invspace is needed
  w.at<Frame>({w.thread().secure_stack_top - sizeof(Frame)}).rip = kCode;
  const Frame frame = w.run_to_event();
  CHECK(frame.gpr[kRax] == 2);
  CHECK(frame.rip == kCode + 10);
}

TEST_CASE("a block rewritten with as many bytes but fewer instructions is counted anew") {
  World w;
  const SpaceId space = w.space(kSpaceCode);
  const PhysicalAddress image = w.put(space, kCode, Code().nops(10).undefined());
  w.start(space, kCode);
  static_cast<void>(w.run_to_event());
  CHECK(w.instructions() == 10 + World::kHandlerEntry);
  w.write(image, Code().set(kRax, 0).undefined());  // one instruction of ten bytes
  w.engine->memory_written(image, 16);
  w.at<Frame>({w.thread().secure_stack_top - sizeof(Frame)}).rip = kCode;
  static_cast<void>(w.run_to_event());
  CHECK(w.instructions() == 10 + World::kHandlerEntry + 1 /* gret */ + 1 + World::kHandlerEntry);
}

TEST_CASE("a small translation buffer is emptied before it overflows") {
  // More code than the buffer holds, three times over: 2.1.1 crashes when its buffer is full.
  emu::EngineOptions options;
  options.translation_buffer = 2u << 20;
  World w(options);
  const SpaceId space = w.space(kSpaceCode);
  Code code;
  code.set(kRdi, 3).set(kRbx, World::kStack);
  const size_t loop = code.here();
  for (int i = 0; i < 20'000; ++i) {
    if (i % 3 == 0) code.raw({0x48, 0xff, 0x03});                          // inc qword [rbx]
    if (i % 3 == 1) code.raw({0x0f, 0x58, 0xc1, 0x48, 0x0f, 0xaf, 0xc3});  // addps xmm0, xmm1; imul rax, rbx
    if (i % 3 == 2)
      code.raw({0x48, 0x11, 0x43, 0x10, 0x48, 0xd3, 0x43, 0x08});  // adc [rbx + 16], rax; rol [rbx + 8], cl
    code.raw({0xeb, 0x00});
  }
  code.decrement(kRdi).jump_if_not_zero(loop).undefined();
  w.put(space, kCode, code);
  w.start(space, kCode);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(w.engine->counts().translation_flushes >= 3);
  const PhysicalAddress data{w.page_entry(space, World::kStack) & kPteAddressMask};
  CHECK(w.at<uint64_t>(data) == 3 * 6667);
}
