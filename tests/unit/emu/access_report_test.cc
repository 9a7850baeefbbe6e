// SPDX-License-Identifier: GPL-2.0-or-later
// Each access is reported once, with its virtual address, and reporting changes nothing.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/emu/world.h"

using namespace test;
using namespace asx;

namespace {

constexpr uint64_t kCode = 0x40'0000;
constexpr uint64_t kPlace = 0x50'0000;  ///< two pages of data
constexpr uint64_t kBorder = kPlace + kPageSize;

/// What was reported, pieces of one access put together.
struct Recorder : emu::AccessObserver {
  void fetch(uint64_t address, uint32_t) override { fetched.push_back(address & ~kPageMask); }
  void extension(const Instruction& instruction, const Registers&) override {
    extensions.push_back(instruction.mnemonic);
  }
  void system_call() override { ++system_calls; }
  void data(const Data& access) override {
    if (access.is_continued) {
      accesses.back().size += access.size;
    } else {
      accesses.push_back(access);
    }
  }
  void spaces_changed() override { ++changes; }
  void space_invalidated(uint64_t space) override { invalidated.push_back(space); }

  /// Accesses of the instruction at an address: "load 500000 8, store 500000 8".
  [[nodiscard]] std::string of(uint64_t instruction) const {
    std::string text;
    for (const Data& access : accesses) {
      if (access.instruction != instruction) continue;
      char line[64];
      std::snprintf(line, sizeof line, "%s %llx %u", access.is_store ? "store" : "load",
                    static_cast<unsigned long long>(access.address), access.size);
      text += (text.empty() ? "" : ", ") + std::string(line);
    }
    return text;
  }

  std::vector<Data> accesses;
  std::vector<uint64_t> fetched;
  std::vector<Mnemonic> extensions;
  std::vector<uint64_t> invalidated;
  unsigned system_calls = 0, changes = 0;
};

/// A program in a space of its own, with two pages of data.
struct Watched : World {
  explicit Watched(const Code& code, Recorder* recorder, uint64_t limit = 0)
      : World({.limit = limit, .accesses = recorder}) {
    program = space(kSpaceCode);
    map_new(program, kPlace, 2, kData);
    put(program, kCode, code);
    start(program, kCode);
  }
  SpaceId program;
};

/// What the instruction is reported to access: RDI and RSI lead to the data, RCX is 2, RAX 0.
std::string accesses_of(std::initializer_list<int> bytes) {
  Code code;
  code.set(kRdi, kPlace + 0x100).set(kRsi, kPlace + 0x200).set(kRbx, kPlace + 0x300).set(kRcx, 2).set(kRax, 0);
  code.raw({0x66, 0x0f, 0x74, 0xc9});    // pcmpeqb xmm1, xmm1: all ones
  code.raw({0x48, 0x8b, 0x16}).nops(1);  // mov rdx, [rsi]: the report before
  const uint64_t place = kCode + code.here();
  code.raw(bytes).undefined();
  Recorder recorder;
  Watched w(code, &recorder);
  CHECK(w.run_to_event().vector == kVectorInvalidOpcode);
  return recorder.of(place);
}

/// Rounds of calls, stores and loads; RAX is the result.
Code busy_loop(uint64_t rounds) {
  Code code;
  code.set(kRdi, rounds).set(kRax, 1).set(kRbx, kPlace);
  const size_t loop = code.here();
  code.raw({0x48, 0x6b, 0xc0, 0x1f}).raw({0x48, 0x01, 0xf8});              // imul rax, rax, 31; add rax, rdi
  code.store(kRbx, kRax).raw({0x48, 0x33, 0x03}).raw({0x48, 0x01, 0xf8});  // [rbx] = rax; xor rax, [rbx]; add rax, rdi
  code.raw({0xa8, 0x01}).raw({0x74, 0x03}).increment(kR8);                 // test al, 1; jz +3; inc r8
  code.raw({0xe8, 0x02, 0, 0, 0}).raw({0xeb, 0x04});                       // call f; jmp over
  code.increment(kR9).raw({0xc3});                                         // f: inc r9; ret
  code.decrement(kRdi).jump_if_not_zero(loop).undefined();
  return code;
}

}  // namespace

TEST_CASE("every form of access is reported once, with its size") {
  struct Form {
    const char* name;
    std::initializer_list<int> bytes;
    const char* accesses;
  };
  const Form forms[] = {
      {"mov rax, [rdi]", {0x48, 0x8b, 0x07}, "load 500100 8"},
      {"mov [rdi], al", {0x88, 0x07}, "store 500100 1"},
      {"mov ax, [rdi + 1]", {0x66, 0x8b, 0x47, 0x01}, "load 500101 2"},
      {"movzx eax, byte [rdi + rcx * 8]", {0x0f, 0xb6, 0x04, 0xcf}, "load 500110 1"},
      {"movq xmm0, [rdi]", {0xf3, 0x0f, 0x7e, 0x07}, "load 500100 8"},
      {"movdqu xmm0, [rdi]", {0xf3, 0x0f, 0x6f, 0x07}, "load 500100 16"},
      {"movaps [rdi], xmm0", {0x0f, 0x29, 0x07}, "store 500100 16"},
      {"addps xmm0, [rdi]", {0x0f, 0x58, 0x07}, "load 500100 16"},
      {"maskmovdqu xmm0, xmm1", {0x66, 0x0f, 0xf7, 0xc1}, "store 500100 16"},
      {"fld tbyte [rdi]", {0xdb, 0x2f}, "load 500100 10"},
      {"fldz; fstp tbyte [rdi]", {0xdb, 0x3f}, "store 500100 10"},
      {"fnstenv [rdi]", {0xd9, 0x37}, "store 500100 28"},
      {"inc qword [rdi]", {0x48, 0xff, 0x07}, "load 500100 8, store 500100 8"},
      {"lock inc qword [rdi]", {0xf0, 0x48, 0xff, 0x07}, "load 500100 8, store 500100 8"},
      {"xchg rax, [rdi]", {0x48, 0x87, 0x07}, "load 500100 8, store 500100 8"},
      {"lock cmpxchg16b [rdi]", {0xf0, 0x48, 0x0f, 0xc7, 0x0f}, "load 500100 16, store 500100 16"},
      {"bts [rdi], rcx", {0x48, 0x0f, 0xab, 0x0f}, "load 500100 8, store 500100 8"},
      {"movsq", {0x48, 0xa5}, "load 500200 8, store 500100 8"},
      {"rep movsb", {0xf3, 0xa4}, "load 500200 1, store 500100 1, load 500201 1, store 500101 1"},
      {"rep stosq", {0xf3, 0x48, 0xab}, "store 500100 8, store 500108 8"},
      {"repe cmpsb", {0xf3, 0xa6}, "load 500100 1, load 500200 1, load 500101 1, load 500201 1"},
      {"lodsd", {0xad}, "load 500200 4"},
      {"push rax", {0x50}, "store 8006fb8 8"},
      {"pop rax", {0x58}, "load 8006fc0 8"},
      {"push qword [rdi]", {0xff, 0x37}, "load 500100 8, store 8006fb8 8"},
      {"pop qword [rdi]", {0x8f, 0x07}, "load 8006fc0 8, store 500100 8"},
      {"call +0", {0xe8, 0, 0, 0, 0}, "store 8006fb8 8"},
      {"xlatb", {0xd7}, "load 500300 1"},
      {"enter 16, 0", {0xc8, 16, 0, 0}, "store 8006fb8 8"},
      {"cmovz rax, [rdi]", {0x48, 0x0f, 0x44, 0x07}, "load 500100 8"},
      {"mul qword [rdi]", {0x48, 0xf7, 0x27}, "load 500100 8"},
      {"prefetcht0 [rdi]", {0x0f, 0x18, 0x0f}, ""},
      {"nop [rdi]", {0x0f, 0x1f, 0x07}, ""},
      {"lea rax, [rdi]", {0x48, 0x8d, 0x07}, ""},
      {"mov rax, [rdi + 0xefc]", {0x48, 0x8b, 0x87, 0xfc, 0x0e, 0, 0}, "load 500ffc 8"},
      {"mov [rdi + 0xeff], rax", {0x48, 0x89, 0x87, 0xff, 0x0e, 0, 0}, "store 500fff 8"},
      {"add [rdi + 0xefc], rax", {0x48, 0x01, 0x87, 0xfc, 0x0e, 0, 0}, "load 500ffc 8, store 500ffc 8"},
      {"mov ax, [rdi + 0xeff]", {0x66, 0x8b, 0x87, 0xff, 0x0e, 0, 0}, "load 500fff 2"},
      {"movdqu xmm0, [rdi + 0xef8]", {0xf3, 0x0f, 0x6f, 0x87, 0xf8, 0x0e, 0, 0}, "load 500ff8 16"},
      {"movdqu xmm0, [rdi + 0xefc]", {0xf3, 0x0f, 0x6f, 0x87, 0xfc, 0x0e, 0, 0}, "load 500ffc 16"},
      {"movdqu [rdi + 0xefc], xmm0", {0xf3, 0x0f, 0x7f, 0x87, 0xfc, 0x0e, 0, 0}, "store 500ffc 16"},
      {"movdqu xmm0, [rdi + 0xef4]", {0xf3, 0x0f, 0x6f, 0x87, 0xf4, 0x0e, 0, 0}, "load 500ff4 16"},
  };
  for (const Form& form : forms) {
    INFO(form.name);
    CHECK(accesses_of(form.bytes) == form.accesses);
  }
}

TEST_CASE("neighbouring loads of two instructions are two accesses") {
  CHECK(accesses_of({0xf3, 0x0f, 0x7e, 0x07}) == "load 500100 8");
  Code code;
  code.set(kRdi, kPlace);
  const uint64_t first = kCode + code.here();
  code.raw({0xf3, 0x0f, 0x7e, 0x07}).raw({0xf3, 0x0f, 0x7e, 0x4f, 0x08}).undefined();  // movq [rdi]; movq [rdi + 8]
  Recorder recorder;
  Watched w(code, &recorder);
  REQUIRE(w.run_to_event().vector == kVectorInvalidOpcode);
  CHECK(recorder.of(first) == "load 500000 8");
  CHECK(recorder.of(first + 4) == "load 500008 8");
}

TEST_CASE("an access is reported with the address that the program used, whatever else names the page") {
  constexpr unsigned kNames = 20;  // more than the engine has windows for
  Code code;
  const auto name = [](unsigned i) { return i % 2 == 0 ? 0x60'0000 + i * 0x3000 : (uint64_t{1} << 63) + i * 0x1000; };
  for (unsigned i = 0; i < kNames; ++i) code.set(kRbx, name(i)).load(kRax, kRbx).store(kRbx, kRax);
  code.undefined();
  Recorder recorder;
  const auto run = [&](Recorder* observer) {
    Watched w(code, observer);
    const PhysicalAddress page = w.pages(1);
    for (unsigned i = 0; i < kNames; ++i) w.map(w.program, name(i) & kOffsetMask, page, World::kData);
    CHECK(w.run_to_event().vector == kVectorInvalidOpcode);
    return w.instructions();
  };
  const uint64_t instructions = run(&recorder);
  std::vector<uint64_t> addresses, expected;
  for (const auto& access : recorder.accesses) addresses.push_back(access.address);
  for (unsigned i = 0; i < kNames; ++i) expected.insert(expected.end(), {name(i), name(i)});
  // the event handler accesses its own space after that
  REQUIRE(addresses.size() >= expected.size());
  addresses.resize(expected.size());
  CHECK(addresses == expected);
  CHECK(instructions == run(nullptr));
}

TEST_CASE("a device is reached through each of its names, and reported by it") {
  struct Register : emu::Device {
    [[nodiscard]] uint32_t read(emu::DeviceAccess) override { return value; }
    void write(emu::DeviceAccess, uint32_t written) override { value = written; }
    uint32_t value = 0;
  } device;
  constexpr uint64_t kFirst = 0x60'0000, kSecond = 0x70'3000;
  Code code;
  code.set(kRbx, kFirst).set(kRcx, kSecond).set(kRax, 7).raw({0x89, 0x03});  // mov [rbx], eax
  code.raw({0x8b, 0x11}).undefined();                                        // mov edx, [rcx]
  Recorder recorder;
  World w({.accesses = &recorder});
  w.bus.attach(kSerialBase, device);
  w.map(World::kKernel, kFirst, {kSerialBase}, World::kData);
  w.map(World::kKernel, kSecond, {kSerialBase}, World::kData);
  w.put(World::kKernel, kCode, code);
  w.start(World::kKernel, kCode);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(frame.gpr[kRdx] == 7);
  REQUIRE(recorder.accesses.size() >= 2);
  CHECK(recorder.accesses[0].address == kFirst);
  CHECK(recorder.accesses[0].is_store);
  CHECK(recorder.accesses[1].address == kSecond);
}

TEST_CASE("the pages of instructions are reported as the program goes through them") {
  Code code;
  code.nops(kPageSize - 2).raw({0x48, 0xff, 0xc0}).undefined();  // inc rax begins two bytes before the next page
  Recorder recorder;
  Watched w(code, &recorder);
  REQUIRE(w.run_to_event().vector == kVectorInvalidOpcode);
  // the first page, then the instruction that begins there and ends in the next, then the handler
  CHECK(recorder.fetched == std::vector<uint64_t>{kCode, kCode, World::kHandler});
}

TEST_CASE("instructions of the extension are reported before they are executed") {
  Recorder recorder;
  Code code;
  code.set(kRax, 1).asx(Mnemonic::Tsel, kRbx, kRax).undefined();
  Watched w(code, &recorder);
  REQUIRE(w.run_to_event().vector == kVectorInvalidOpcode);
  CHECK(recorder.extensions == std::vector<Mnemonic>{Mnemonic::Tsel});
  CHECK(recorder.changes == 1);  // the event
}

TEST_CASE("a run that is reported stops where one that is not stops") {
  const Code code = busy_loop(50);
  for (uint64_t limit = 1; limit < 200; ++limit) {
    Recorder recorder;
    Watched reported(code, &recorder, limit);
    Watched plain(code, nullptr, limit);
    INFO(limit);
    CHECK(reported.run().reason == emu::StopReason::Limit);
    CHECK(plain.run().reason == emu::StopReason::Limit);
    CHECK((reported.engine->registers() == plain.engine->registers()));
    CHECK(reported.instructions() == plain.instructions());
  }
}
