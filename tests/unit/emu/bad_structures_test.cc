// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever lies in the structures that a kernel keeps, the machine faults or stops with a reason, and never breaks.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/emu/world.h"

using namespace test;
using namespace asx;

namespace {

constexpr uint64_t kCode = 0x40'0000;

struct Program : World {
  explicit Program(const Code& code = Code().nops(2).undefined()) : program(space(kSpaceCode, "program")) {
    put(program, kCode, code);
    start(program, kCode);
  }
  std::string machine_check() {
    const emu::EngineStop stop = run();
    CHECK(stop.reason == emu::StopReason::MachineCheck);
    return stop.detail;
  }
  SpaceId program;
};

}  // namespace

TEST_CASE("a page-table root outside memory is an address-space fault at the first fetch") {
  for (const uint64_t root : {World::kMemory, uint64_t{1} << 47, ~uint64_t{0xfff}, uint64_t{0x1234}}) {
    CAPTURE(root);
    Program w;
    w.descriptor(w.program).page_table_root = root;
    w.engine->cpu().code.root = {root};
    const Frame frame = w.run_to_event();
    const bool is_addressing = frame.vector == kVectorAddressSpace &&
                               as_error(frame) == AsError{AsCause::Addressing, Access::Fetch, AsOperation::Fetch};
    const bool is_absent = frame.vector == kVectorPageFault && root == 0x1234;  // some page of RAM, read as a table
    CHECK((is_addressing || is_absent));
    CHECK(frame.rip == kCode);
    CHECK(w.instructions() == World::kHandlerEntry);
  }
}

TEST_CASE("a page table that maps beyond memory faults on access, and devices need an io space") {
  for (const uint64_t physical : {World::kMemory, uint64_t{1} << 51, kSerialBase, kDeviceEnd}) {
    CAPTURE(physical);
    Program w(Code().set(kRbx, 0x60'0010).store(kRbx, kRax));
    w.map(w.program, 0x60'0000, {physical}, World::kData);
    const Frame frame = w.run_to_event();
    CHECK(frame.vector == kVectorAddressSpace);
    CHECK(as_error(frame) == AsError{AsCause::Addressing, Access::Write, AsOperation::Data});
    CHECK(frame.fault_address == 0x60'0010);
    CHECK(frame.rip == kCode + 10);
  }
}

TEST_CASE("code cannot be fetched from a device") {
  World w;
  w.put(World::kKernel, kCode, Code().set(kRax, 0x60'0000).raw({0xff, 0xe0}));
  w.map(World::kKernel, 0x60'0000, {kSerialBase}, kPteWrite);
  w.start(World::kKernel, kCode);
  const Frame frame = w.run_to_event();
  CHECK(as_error(frame) == AsError{AsCause::Addressing, Access::Fetch, AsOperation::Fetch});
  CHECK(frame.fault_address == 0x60'0000);
}

TEST_CASE("an event without a vector entry stops the machine and says why") {
  Program w;
  const PhysicalAddress table = w.engine->cpu().vector_table;
  w.at<VectorEntry>(table + kVectorInvalidOpcode * sizeof(VectorEntry)).valid = 0;
  const std::string detail = w.machine_check();
  CHECK(detail ==
        "vector 6 (invalid opcode), error code 0x0, address 0x0 at RIP 0x400002 in space \"program\" (id 2) could not "
        "be delivered: the vector table has no valid entry for it");
}

TEST_CASE("wild structure addresses stop the machine, whatever they are") {
  const uint64_t wild[] = {0x1, 0x8, World::kMemory - 8, World::kMemory, ~uint64_t{0}, uint64_t{1} << 63};
  for (const uint64_t address : wild) {
    CAPTURE(address);
    Program vectors;
    vectors.engine->cpu().vector_table = {address};
    static_cast<void>(vectors.machine_check());
    Program thread;
    thread.engine->cpu().thread = {address};
    static_cast<void>(thread.machine_check());
    Program spaces;
    spaces.engine->cpu().space_table = {address};
    static_cast<void>(spaces.machine_check());
  }
}

TEST_CASE("a secure stack outside memory, upside down or full stops the machine") {
  const auto detail = [](auto change) {
    Program w;
    change(w.thread());
    return w.machine_check();
  };
  const std::string malformed = "a structure it needs lies outside physical memory or is malformed";
  CHECK(detail([](ThreadBlock& t) {
          t.secure_stack_base = t.secure_stack_top = t.secure_stack_limit = ~0ull << 8;
        }).ends_with(malformed));
  CHECK(detail([](ThreadBlock& t) { t.secure_stack_limit = World::kMemory * 2; }).ends_with(malformed));
  CHECK(detail([](ThreadBlock& t) { t.secure_stack_top = t.secure_stack_base - sizeof(Frame); }).ends_with(malformed));
  CHECK(detail([](ThreadBlock& t) { t.secure_stack_top += 8; }).ends_with(malformed));
  CHECK(
      detail([](ThreadBlock& t) { t.secure_stack_top = t.secure_stack_limit; }).ends_with("the secure stack is full"));
}

TEST_CASE("a handler that faults itself fills the secure stack, and that stops the machine") {
  Program w;
  w.gate(World::kKernel, 0).entry = 0x123'0000;  // nothing is there
  const std::string detail = w.machine_check();
  CHECK(detail.find("vector 14 (page fault)") == 0);
  CHECK(detail.ends_with("the secure stack is full"));
}

TEST_CASE("a gate may lead anywhere; what is not there faults in the gate's space") {
  World w;
  const SpaceId program = w.space(kSpaceCode, "program");
  const SpaceId service = w.space(kSpaceCode, "service");
  w.gate(service, 1).entry = ~uint64_t{0};
  w.grant_gate(program, 1, service, 1);
  w.put(program, kCode, Code().set(kRax, 1).asx(Mnemonic::Gcall, 0, kRax));
  w.start(program, kCode);
  const Frame frame = w.run_to_event();
  CHECK(frame.cs_id == service.value);
  CHECK(frame.rip == ~uint64_t{0});
  CHECK(as_error(frame) == AsError{AsCause::FetchSelector, Access::Fetch, AsOperation::Fetch});
}

TEST_CASE("returns to wild frames do not disturb the machine") {
  Program w;
  static_cast<void>(w.run_to_event());
  Frame& frame = w.at<Frame>({w.thread().secure_stack_top - sizeof(Frame)});
  frame.rip = 0xdead'0000'0000'0000;
  frame.gpr[kRsp] = ~uint64_t{0};
  frame.fs_base = 0x8000'0000'0000'0000;
  frame.rflags = ~uint64_t{0};
  const Frame next = w.run_to_event();
  CHECK((next.vector == kVectorAddressSpace || next.vector == kVectorDebug));
}
