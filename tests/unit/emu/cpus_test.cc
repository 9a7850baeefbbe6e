// SPDX-License-Identifier: GPL-2.0-or-later
// A machine with several CPUs: how they begin, wait, signal and take turns.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstring>
#include <set>

#include "tests/unit/emu/kernel_file.h"

using namespace test;
using namespace asx;
using emu::EndReason;

namespace {

constexpr uint64_t kWords = kDirectMap + (8u << 20);  ///< RAM that nothing else uses
constexpr uint64_t kNoLines = ~uint64_t{0};

Code& read_system(Code& code, Register target, SystemRegister which) {
  return code.asx(Mnemonic::Stsys, target, static_cast<int>(which));
}
Code& set_system(Code& code, SystemRegister which, uint64_t value) {
  return code.set(kR15, value).asx(Mnemonic::Ldsys, static_cast<int>(which), kR15);
}
/// Waits for a line whose bit is 0.
Code& wait_for(Code& code, uint64_t masked) {
  return code.set(kR15, masked).asx(Mnemonic::Xwait, 0, kR15);
}

/// A jump that is filled in when its target is known.
class Forward {
 public:
  Forward(Code& code, std::initializer_list<int> opcode) : code_(code) {
    code.raw(opcode).value(0, 4);
    at_ = code.here();
  }
  void here() {
    const auto distance = static_cast<uint32_t>(code_.here() - at_);
    code_.patch(at_ - 4, distance, 4);
  }

 private:
  Code& code_;
  size_t at_;
};

/// rbp: words; rbx: number of this CPU. The flags say whether it is 0.
Code who_am_i() {
  Code code;
  code.set(kRbp, kWords);
  return read_system(code, kRbx, SystemRegister::CpuId).raw({0x48, 0x85, 0xdb});  // test rbx, rbx
}

/// Sends rcx bytes from rsi through serial line 0.
Code& send(Code& code, uint64_t count, uint64_t from) {
  code.set(kRsi, from).set(kRcx, count).set(kRdi, device(kSerialBase));
  const size_t loop = code.here();
  return code.raw({0xac, 0x88, 0x07}).decrement(kRcx).jump_if_not_zero(loop);  // lodsb; mov [rdi], al
}

/// Waits until byte [rbp + offset] is `value`.
Code& await_byte(Code& code, uint8_t offset, uint8_t value) {
  return code.raw({0x80, 0x7d, offset, value, 0x75, 0xfa});  // cmp; jne
}

RunRequest request_for(uint32_t cpus, uint64_t seed, uint32_t turn) {
  RunRequest request;
  request.options.cpus = cpus;
  request.options.schedule_seed = seed;
  request.options.turn = turn;
  request.options.translation_buffer = 16u << 20;
  return request;
}

/// Each CPU appends its number to a text, 100 times, and then waits for ever; the last one sends the text.
Code racing(uint32_t cpus) {
  Code code = who_am_i();
  code.set(kRdi, 100);
  const size_t loop = code.here();
  code.set(kRax, 1).raw({0xf0, 0x48, 0x0f, 0xc1, 0x45, 0x00});  // lock xadd [rbp], rax
  code.raw({0x88, 0x9c, 0x05}).value(64, 4);                    // mov [rbp + rax + 64], bl
  code.decrement(kRdi).jump_if_not_zero(loop);
  code.set(kRax, 1).raw({0xf0, 0x48, 0x0f, 0xc1, 0x45, 0x08, 0x48, 0x83, 0xf8});  // lock xadd [rbp + 8], rax; cmp rax
  code.raw({static_cast<int>(cpus - 1)});
  Forward last(code, {0x0f, 0x84});
  wait_for(code, kNoLines);
  last.here();
  send(code, uint64_t{cpus} * 100, kWords + 64);
  return power_off(code, 0);
}

}  // namespace

TEST_CASE("all CPUs begin alike, each with its number and a boot stack of its own") {
  Code code = who_am_i();
  code.raw(
      {0x48, 0x89, 0x64, 0xdd, 0x40, 0xf0, 0x48, 0xff, 0x45, 0x08});  // mov [rbp + 8 rbx + 64], rsp; lock inc [rbp + 8]
  code.raw({0x48, 0x85, 0xdb});                                       // test rbx, rbx
  Forward first(code, {0x0f, 0x84});
  wait_for(code, kNoLines);
  first.here();
  await_byte(code, 8, 16);
  send(code, 16 * 8, kWords + 64);
  const Outcome outcome = run_kernel(KernelFile::of(power_off(code, 9)), request_for(16, 1, 50));
  REQUIRE(outcome.result.exit_status == 9);
  std::vector<uint64_t> stacks(16);
  REQUIRE(outcome.output.size() == 16 * 8);
  std::memcpy(stacks.data(), outcome.output.data(), outcome.output.size());
  std::sort(stacks.begin(), stacks.end());
  for (size_t i = 1; i < stacks.size(); ++i) CHECK(stacks[i] - stacks[i - 1] >= 64 * 1024);
  REQUIRE(outcome.statistics.cpus.size() == 16);
  uint64_t sum = 0;
  for (const emu::CpuCounts& cpu : outcome.statistics.cpus) {
    CHECK(cpu.instructions > 5);
    CHECK(cpu.turns != 0);
    sum += cpu.instructions;
  }
  CHECK(outcome.statistics.instructions == sum);
  CHECK(outcome.statistics.ticks == sum);  // nobody slept
}

TEST_CASE("a schedule seed is one interleaving: the same again, to the instruction, and another with another seed") {
  std::set<std::string> texts;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const Outcome one = run_kernel(KernelFile::of(racing(4)), request_for(4, seed, 30));
    const Outcome two = run_kernel(KernelFile::of(racing(4)), request_for(4, seed, 30));
    REQUIRE(one.result.reason == EndReason::PowerOff);
    CHECK(one.output == two.output);
    CHECK(one.statistics.ticks == two.statistics.ticks);
    for (size_t cpu = 0; cpu < 4; ++cpu) {
      CHECK(one.statistics.cpus[cpu].instructions == two.statistics.cpus[cpu].instructions);
      CHECK(one.statistics.cpus[cpu].turns == two.statistics.cpus[cpu].turns);
      CHECK(std::count(one.output.begin(), one.output.end(), static_cast<char>(cpu)) == 100);
    }
    texts.insert(one.output);
  }
  CHECK(texts.size() == 10);
}

TEST_CASE("turns of one block change the CPU at blocks, and long ones let each run to its end") {
  const auto changes = [](uint32_t turn) {
    const std::string text = run_kernel(KernelFile::of(racing(2)), request_for(2, 3, turn)).output;
    size_t count = 0;
    for (size_t i = 1; i < text.size(); ++i) count += text[i] != text[i - 1];
    return count;
  };
  CHECK(changes(1) > 60);
  CHECK(changes(1'000'000) == 1);
}

TEST_CASE("a signal ends another CPU's wait, tells who signalled, and is gone when it is read") {
  // 0 and 1 play: each signals the other, waits for the answer, and reads who it was
  Code code = who_am_i();
  code.set(kRdi, 50).raw({0x48, 0x89, 0xd8, 0x48, 0x83, 0xf0, 0x01});  // mov rax, rbx; xor rax, 1
  code.set(kR8, 1).raw({0x89, 0xc1, 0x49, 0xd3, 0xe0});                // mov ecx, eax; shl r8, cl: the other's bit
  code.raw({0x48, 0x85, 0xdb});
  Forward first(code, {0x0f, 0x84});
  const size_t loop = code.here();
  wait_for(code, ~(uint64_t{1} << kSignalLine));
  read_system(code, kRax, SystemRegister::Pending).raw({0x48, 0x09, 0x45, 0x00});       // or [rbp], rax
  read_system(code, kRax, SystemRegister::Signal).raw({0x48, 0x01, 0x44, 0xdd, 0x10});  // add [rbp + 8 rbx + 16], rax
  read_system(code, kRax, SystemRegister::Pending).raw({0x48, 0x01, 0x45, 0x08});       // add [rbp + 8], rax
  first.here();
  code.asx(Mnemonic::Ldsys, static_cast<int>(SystemRegister::Signal), kR8);
  code.decrement(kRdi).jump_if_not_zero(loop).raw({0x48, 0x85, 0xdb});
  Forward first_ends(code, {0x0f, 0x84});
  wait_for(code, kNoLines);
  first_ends.here();
  send(code, 32, kWords);
  for (const uint32_t turn : {1u, 5u, 1000u}) {
    const Outcome outcome = run_kernel(KernelFile::of(power_off(code, 3)), request_for(2, turn, turn));
    REQUIRE(outcome.result.exit_status == 3);
    uint64_t words[4];
    REQUIRE(outcome.output.size() == sizeof words);
    std::memcpy(words, outcome.output.data(), sizeof words);
    CHECK(words[0] == uint64_t{1} << kSignalLine);  // it asked when the wait was over,
    CHECK(words[1] == 0);                           // and no more after it was read
    CHECK(words[2] == 49 * 2);                      // CPU 1's bit, 49 times
    CHECK((words[3] == 49 || words[3] == 50));      // CPU 0's bit
  }
}

TEST_CASE("several signals before a CPU looks are one, with all their senders; those to nobody are lost") {
  Code code = who_am_i();
  Forward first(code, {0x0f, 0x84});
  set_system(code, SystemRegister::Signal, 1 | uint64_t{0xffff'fff0});  // to 0, and to CPUs that do not exist
  set_system(code, SystemRegister::Signal, 1).raw({0xf0, 0x48, 0xff, 0x45, 0x00});  // lock inc [rbp]
  wait_for(code, kNoLines);
  first.here();
  set_system(code, SystemRegister::Signal, 1);  // oneself, too
  await_byte(code, 0, 3);
  read_system(code, kRax, SystemRegister::Signal).raw({0x48, 0x89, 0x45, 0x08});
  send(code, 8, kWords + 8);
  const Outcome outcome = run_kernel(KernelFile::of(power_off(code, 0)), request_for(4, 5, 10));
  CHECK(outcome.output == std::string("\x0f\0\0\0\0\0\0\0", 8));
}

TEST_CASE("each CPU has its own timer; while all wait the clock jumps to the first") {
  // CPU n sets its compare to 5 million - n million and writes its number when it comes
  Code code = who_am_i();
  code.set(kR8, 5'000'000).raw({0x48, 0x69, 0xc3}).value(1'000'000, 4).raw({0x49, 0x29, 0xc0});  // imul rax, rbx; sub
  code.asx(Mnemonic::Ldsys, static_cast<int>(SystemRegister::Compare), kR8);
  wait_for(code, ~(uint64_t{1} << kTimerLine));
  read_system(code, kRdx, SystemRegister::Clock);
  code.raw({0x48, 0x81, 0xc3})
      .value('0', 4)
      .set(kRdi, device(kSerialBase))
      .raw({0x88, 0x1f});                                         // add rbx; mov [rdi], bl
  code.raw({0x4c, 0x29, 0xc2, 0x48, 0x81, 0xfa}).value(1000, 4);  // sub rdx, r8; cmp rdx, 1000
  Forward in_time(code, {0x0f, 0x82});
  code = power_off(code, 1);  // late
  in_time.here();
  code.raw({0x80, 0xfb, '0'});  // cmp bl
  Forward last(code, {0x0f, 0x84});
  wait_for(code, kNoLines);
  last.here();
  const Outcome outcome = run_kernel(KernelFile::of(power_off(code, 0)), request_for(4, 0, 100));
  CHECK(outcome.result.exit_status == 0);
  CHECK(outcome.output == "3210");
  CHECK(outcome.statistics.ticks >= 5'000'000);
  CHECK(outcome.statistics.instructions < 1000);
}

TEST_CASE("when all CPUs wait for nothing that can come, that is a deadlock") {
  Code code;
  wait_for(code, kNoLines);
  const Outcome outcome = run_kernel(KernelFile::of(code), request_for(3, 0, 10));
  CHECK(outcome.result.reason == EndReason::Deadlock);
  CHECK(outcome.result.detail == "all CPUs wait, no timer is set, and no input can come");
}

TEST_CASE("input wakes a CPU that waits for its line, whichever that is") {
  Code code = who_am_i();
  Forward first(code, {0x0f, 0x84});
  code.raw({0x48, 0x83, 0xfb, 0x02});  // cmp rbx, 2
  Forward reader(code, {0x0f, 0x84});
  wait_for(code, kNoLines);
  first.here();
  wait_for(code, kNoLines);
  reader.here();
  code.set(kRdi, device(kSerialBase)).raw({0xc6, 0x47, 0x01, 0x01});  // interrupt enable: receive
  wait_for(code, ~(uint64_t{1} << kSerialInterrupt)).raw({0x8a, 0x07, 0x88, 0x07});
  RunRequest request = request_for(4, 0, 100);
  request.input = "x";
  request.has_input = true;
  const Outcome outcome = run_kernel(KernelFile::of(power_off(code, 4)), std::move(request));
  CHECK(outcome.result.exit_status == 4);
  CHECK(outcome.output == "x");
}

TEST_CASE("the limit is one of all CPUs' instructions together") {
  RunRequest request = request_for(4, 1, 100);
  request.options.limit = 10'000;
  const Outcome outcome = run_kernel(KernelFile::of(Code().nops(3).raw({0xeb, 0xfb})), std::move(request));
  CHECK(outcome.result.reason == EndReason::LimitReached);
  CHECK(outcome.statistics.instructions >= 10'000);
  CHECK(outcome.statistics.instructions < 10'010);
}

TEST_CASE("an event of a CPU that cannot be delivered is reported with the CPU's number") {
  Code code = who_am_i();
  Forward first(code, {0x0f, 0x84});
  code.undefined();
  first.here();
  wait_for(code, kNoLines);
  const Outcome outcome = run_kernel(KernelFile::of(code), request_for(2, 1, 100));
  CHECK(outcome.result.reason == EndReason::MachineCheck);
  CHECK(outcome.result.detail.starts_with("CPU 1: "));
}

TEST_CASE("a machine has 1 to 16 CPUs, whose turns have at least one instruction") {
  for (const uint32_t cpus : {0u, 17u}) {
    emu::MachineOptions options = RunRequest::small_options();
    options.cpus = cpus;
    const auto machine = emu::Machine::create(options);
    REQUIRE_FALSE(machine.has_value());
    CHECK(machine.error() == "the machine has 1 to 16 CPUs");
  }
  emu::MachineOptions options = RunRequest::small_options();
  options.turn = 0;
  CHECK_FALSE(emu::Machine::create(options).has_value());
}
