// SPDX-License-Identifier: GPL-2.0-or-later
// Hops on the engine: what the model decides reaches the registers, the translations and the next instruction.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <tuple>
#include <utility>

#include "tests/unit/emu/world.h"

using namespace test;
using namespace asx;

namespace {

constexpr uint64_t kCode = 0x40'0000;
constexpr uint64_t kService = 0x1030'5000;
constexpr uint64_t kServiceStack = 0x2000'7000;

/// A client with a gate to a service in slot 1.
struct TwoSpaces : World {
  explicit TwoSpaces(const Variant& variant = {})
      : World(options_of(variant)), client(space(kSpaceCode, "client")), service(space(kSpaceCode, "service")) {
    map_new(service, kServiceStack, 1, kData);
    gate(service, 1).entry = kService;
    gate(service, 1).parameter = 0x77;
    grant_gate(client, 1, service, 1);
  }
  void begin(const Code& client_code, const Code& service_code) {
    put(client, kCode, client_code);
    put(service, kService, service_code);
    start(client, kCode);
  }
  PhysicalAddress add_pool(uint64_t rsp, uint64_t fs_base) {
    const PhysicalAddress pool = pages(1);
    at<StackPool>(pool) = {1, 1, 1, 0, {}};
    at<StackSlot>(pool + sizeof(StackPool)) = {rsp, fs_base, 0, 0, 0};
    gate(service, 1).stack_policy = StackPolicy::Pool;
    gate(service, 1).pool = pool.value;
    return pool;
  }
  static emu::EngineOptions options_of(const Variant& variant) {
    emu::EngineOptions options;
    options.variant = variant;
    return options;
  }
  SpaceId client, service;
};

}  // namespace

TEST_CASE("a gate call runs the service's code with its parameter, and returns its results") {
  TwoSpaces w;
  w.begin(
      Code().set(kRbx, 0xb).set(kRdi, 5).set(kRax, 1).asx(Mnemonic::Gcall, 0, kRax).undefined(),
      Code().raw({0x4c, 0x89, 0xd8, 0x48, 0x01, 0xf8}).set(kRbx, 0).asx(Mnemonic::Gret));  // mov rax, r11; add rax, rdi
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(frame.cs_id == w.client.value);
  CHECK(frame.rip == kCode + 34);
  CHECK(frame.gpr[kRax] == 0x77 + 5);
  CHECK(frame.gpr[kRbx] == 0xb);
  CHECK(frame.gpr[kR11] == 0x77);
}

TEST_CASE("the same address means other memory after a hop") {
  TwoSpaces w;
  constexpr uint64_t kShared = 0x55'0000;
  const PhysicalAddress mine = w.map_new(w.client, kShared, 1, World::kData);
  const PhysicalAddress its = w.map_new(w.service, kShared, 1, World::kData);
  w.at<uint64_t>(mine) = 1;
  w.at<uint64_t>(its) = 2;
  Code client;
  client.set(kRsi, kShared).set(kRax, 1).load(kRdx, kRsi).asx(Mnemonic::Gcall, 0, kRax).load(kR8, kRsi).undefined();
  w.begin(client, Code().load(kR9, kRsi).store(kRsi, kR11).asx(Mnemonic::Gret));
  const Frame frame = w.run_to_event();
  CHECK(frame.gpr[kRdx] == 1);
  CHECK(frame.gpr[kR9] == 2);
  CHECK(frame.gpr[kR8] == 1);
  CHECK(w.at<uint64_t>(mine) == 1);
  CHECK(w.at<uint64_t>(its) == 0x77);
}

TEST_CASE("a gate with a pool gives its stack and FS base, and takes them back") {
  TwoSpaces w;
  const PhysicalAddress pool = w.add_pool(kServiceStack + 0x800, 0x1234'5000);
  Code service;
  service.raw({0x50, 0x48, 0x89, 0xe3});                // push rax; mov rbx, rsp (rbx is restored), so:
  service.raw({0x48, 0x89, 0xe2}).asx(Mnemonic::Gret);  // mov rdx, rsp
  w.begin(Code().set(kRax, 1).asx(Mnemonic::Gcall, 0, kRax).raw({0x48, 0x89, 0xe6}).undefined(), service);
  const Frame frame = w.run_to_event();
  CHECK(frame.gpr[kRdx] == kServiceStack + 0x7f8);
  CHECK(frame.gpr[kRsi] == World::kStackTop);
  CHECK(frame.fs_base == 0);
  CHECK(w.at<StackPool>(pool).free_count == 1);
}

TEST_CASE("the caller's stack space stays reachable through the stack half, with the full address in faults") {
  TwoSpaces w;
  const uint64_t on_stack = VirtualAddress::make({0x8000}, World::kStack + 8).value;
  const uint64_t beyond = VirtualAddress::make({0x8000}, 0x6'0008).value;
  w.begin(Code().set(kRax, 1).set(kRsi, on_stack).set(kRdi, beyond).asx(Mnemonic::Gcall, 0, kRax),
          Code().store(kRsi, kR11).store(kRdi, kR11));
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorPageFault);
  CHECK(frame.fault_address == beyond);
  CHECK(frame.cs_id == w.service.value);
  CHECK(frame.rip == kService + 3);
  const PhysicalAddress stack{w.page_entry(w.client, World::kStack) & kPteAddressMask};
  CHECK(w.at<uint64_t>(stack + 8) == 0x77);
}

TEST_CASE("syscall enters the gate of the code space and leaves the return address in RCX") {
  TwoSpaces w;
  w.descriptor(w.client).syscall_selector = 1;
  w.begin(Code().set(kRdi, 9).set(kRax, 60).system_call().increment(kR15).undefined(),
          Code().raw({0x48, 0x8d, 0x04, 0x07}).asx(Mnemonic::Gret));  // lea rax, [rdi + rax]
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(frame.gpr[kRax] == 69);
  CHECK(frame.gpr[kRcx] == kCode + 22);
  CHECK(frame.gpr[kR15] == 1);
  CHECK(w.engine->counts().system_calls == 1);
}

TEST_CASE("syscall without a gate faults at itself") {
  TwoSpaces w;
  w.begin(Code().nops(3).system_call(), Code());
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorAddressSpace);
  CHECK(as_error(frame) == AsError{AsCause::NoSyscallGate, Access::None, AsOperation::GateCall});
  CHECK(frame.rip == kCode + 3);
  CHECK(w.instructions() == 3 + World::kHandlerEntry);
}

TEST_CASE("refused instructions fault at themselves and change nothing") {
  TwoSpaces w;
  w.begin(Code().set(kRax, 0x123).set(kRbx, 4).asx(Mnemonic::Gcall, 0, kRax), Code());
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorAddressSpace);
  CHECK(as_error(frame) == AsError{AsCause::SelectorIndex, Access::None, AsOperation::GateCall});
  CHECK(frame.rip == kCode + 20);
  CHECK(frame.gpr[kRax] == 0x123);
  CHECK(w.thread().secure_stack_top - w.thread().secure_stack_base == sizeof(Frame));

  TwoSpaces privileged;
  privileged.begin(Code().asx(Mnemonic::Xwait), Code());
  const Frame refused = privileged.run_to_event();
  CHECK(as_error(refused) == AsError{AsCause::Privilege, Access::None, AsOperation::Other});
  CHECK(refused.rip == kCode);
}

TEST_CASE("flags survive hops and events, and no program can set those that are not its own") {
  TwoSpaces w;
  Code client;
  client.set(kRax, 1).raw({0xf9}).asx(Mnemonic::Gcall, 0, kRax);  // stc
  client.raw({0x9c, 0x5b}).undefined();                           // pushf; pop rbx
  w.begin(client, Code().raw({0xf8}).asx(Mnemonic::Gret));        // clc
  const Frame frame = w.run_to_event();
  CHECK((frame.gpr[kRbx] & 1) == 1);
  CHECK((frame.rflags & 1) == 1);

  // a frame with IOPL 3, NT, VM, RF: the kernel may write what it likes
  w.at<Frame>({w.thread().secure_stack_top - sizeof(Frame)}).rflags = 0x3'7000 | 0x40;
  w.at<Frame>({w.thread().secure_stack_top - sizeof(Frame)}).rip = kCode + 15;
  const Frame again = w.run_to_event();
  CHECK(again.rflags == (0x202 | 0x40));
  CHECK(again.rip == kCode + 17);
}

TEST_CASE("invspace makes a changed page table take effect") {
  World w;
  constexpr uint64_t kData = 0x55'0000;
  const PhysicalAddress first = w.map_new(World::kKernel, kData, 1, World::kData);
  const PhysicalAddress second = w.pages(1);
  w.at<uint64_t>(first) = 1;
  w.at<uint64_t>(second) = 2;
  const uint64_t entry_page = 0x66'0000;
  uint64_t& entry = w.page_entry(World::kKernel, kData);
  const auto physical = static_cast<uint64_t>(reinterpret_cast<std::byte*>(&entry) - w.memory.base());
  w.map(World::kKernel, entry_page, {physical & ~kPageMask}, World::kData);
  Code code;
  code.set(kRsi, kData).load(kRbx, kRsi).set(kRdi, entry_page + (physical & kPageMask));
  code.set(kRdx, second.value | kPtePresent | World::kData).store(kRdi, kRdx).set(kRax, kAllSpaces);
  code.asx(Mnemonic::Invspace, 0, kRax).load(kRcx, kRsi).undefined();
  w.put(World::kKernel, kCode, code);
  w.start(World::kKernel, kCode);
  const Frame frame = w.run_to_event();
  CHECK(frame.gpr[kRbx] == 1);
  CHECK(frame.gpr[kRcx] == 2);
}

TEST_CASE("with entry=anywhere the caller's offset is where the service's code begins to run, by default the gate's") {
  for (const auto& [value, expected] : {std::pair{EntryPoint::Gate, 1u}, std::pair{EntryPoint::Anywhere, 2u}}) {
    TwoSpaces w({.entry = value});
    Code service;
    service.set(kRdi, 1).asx(Mnemonic::Gret);
    const uint64_t middle = kService + service.here();
    service.set(kRdi, 2).asx(Mnemonic::Gret);
    w.begin(Code().set(kRax, middle << 16 | 1).asx(Mnemonic::Gcall, 0, kRax).undefined(), service);
    CHECK(w.run_to_event().gpr[kRdi] == expected);
  }
}

TEST_CASE(
    "with return-stack=memory a service that overwrites its record's RIP returns there, by default where it came "
    "from") {
  for (const auto& [value, expected] : {std::pair{ReturnStack::Secure, 1u}, std::pair{ReturnStack::Memory, 2u}}) {
    TwoSpaces w({.return_stack = value});
    constexpr uint64_t kStackEnd = kServiceStack + kPageSize;
    w.add_pool(kStackEnd, 0);
    Code client;
    client.set(kRax, 1).asx(Mnemonic::Gcall, 0, kRax).set(kRdi, 1).undefined();
    const uint64_t elsewhere = kCode + client.here();
    client.set(kRdi, 2).undefined();
    constexpr uint64_t kRip = kStackEnd - sizeof(ReturnRecord) + offsetof(ReturnRecord, rip);
    w.begin(client, Code().set(kRcx, kRip).set(kRax, elsewhere).store(kRcx, kRax).asx(Mnemonic::Gret));
    const Frame frame = w.run_to_event();
    CHECK(frame.vector == kVectorInvalidOpcode);
    CHECK(frame.cs_id == w.client.value);
    CHECK(frame.gpr[kRdi] == expected);
  }
}

TEST_CASE(
    "with return-stack=memory a record that finds no page is refused in the caller, with its registers as they were") {
  TwoSpaces w({.return_stack = ReturnStack::Memory});
  w.add_pool(kServiceStack, 0);  // the page below the stack is not mapped
  Code client;
  client.set(kRbx, 0xb).set(kRax, 1);
  const uint64_t call = kCode + client.here();
  w.begin(client.asx(Mnemonic::Gcall, 0, kRax), Code().asx(Mnemonic::Gret));
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorAddressSpace);
  CHECK(as_error(frame) == AsError{AsCause::ReturnRecord, Access::None, AsOperation::GateCall});
  CHECK(frame.fault_address == uint64_t{1} << 48);
  CHECK(frame.rip == call);
  CHECK(frame.cs_id == w.client.value);
  CHECK(frame.gpr[kRbx] == 0xb);
}

TEST_CASE("a service finds its caller's RBX with save=none only, and a caller the service's") {
  for (const auto& [value, seen, left] :
       {std::tuple{Save::Callee, 0u, 0xbu}, std::tuple{Save::All, 0u, 0xbu}, std::tuple{Save::None, 0xbu, 0x5u}}) {
    TwoSpaces w({.save = value});
    w.begin(Code().set(kRbx, 0xb).set(kRax, 1).asx(Mnemonic::Gcall, 0, kRax).undefined(),
            Code().raw({0x48, 0x89, 0xd8}).set(kRbx, 5).asx(Mnemonic::Gret));  // mov rax, rbx
    const Frame frame = w.run_to_event();
    CHECK(frame.gpr[kRax] == seen);
    CHECK(frame.gpr[kRbx] == left);
  }
}
