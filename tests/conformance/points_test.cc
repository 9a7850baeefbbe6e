// SPDX-License-Identifier: GPL-2.0-or-later
// Particular questions, each answered by oracle, model and (where code runs) the engine.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <functional>

#include "isa-ext/model/operand_mode.h"
#include "tests/conformance/oracle/operands.h"
#include "tests/conformance/pair.h"
#include "tests/conformance/product.h"

using namespace conformance;
using asx::AsCause;
using asx::AsOperation;
using asx::Mnemonic;

namespace {

constexpr uint8_t kGcall = 0x00, kGret = 0x01, kNarrow = 0x02, kWiden = 0x03, kGcalla = 0x10;

oracle::Fault fault(AsCause cause, AsOperation operation, uint64_t address) {
  return {asx::kVectorAddressSpace, asx::AsError{cause, asx::Access::None, operation}.code(), address};
}

Image with_depth(uint64_t depth) {
  Image image;
  image.alter<asx::ThreadBlock>(kThread, [&](asx::ThreadBlock& thread) { thread.secure_stack_top += depth * 256; });
  return image;
}

}  // namespace

TEST_CASE("a call and a narrow leave the reserve free at every depth, and an event takes the last frame") {
  constexpr uint64_t kReserve = 2;
  Pair pair({});
  for (uint64_t depth = 0; depth <= kFrameCount; ++depth) {
    CAPTURE(depth);
    const bool has_room = kFrameCount - depth > kReserve;
    pair.start(with_depth(depth));
    const auto call = pair.execute(kGcall, 0, asx::kRcx, 0, kServiceGate);
    CHECK(call.has_value() == !has_room);
    if (call) CHECK(*call == fault(AsCause::SecureStackFull, AsOperation::GateCall, uint64_t{kServiceGate} << 48));
    pair.start(with_depth(depth));
    const uint16_t selector = kStackHalf | kNarrowSlot;
    const auto narrow = pair.execute(kNarrow, asx::kRcx, asx::kRdx, selector, kStackTop);
    CHECK(narrow.has_value() == !has_room);
    if (narrow) CHECK(*narrow == fault(AsCause::SecureStackFull, AsOperation::Narrow, uint64_t{selector} << 48));
    pair.start(with_depth(depth));
    CHECK(pair.deliver(asx::kVectorPageFault, 4, 0x1234).has_value() == (depth == kFrameCount));
  }
}

TEST_CASE("a return record is written where the callee could write it, or the call changes nothing") {
  struct Place {
    uint64_t top;
    AsCause cause;
  };
  static constexpr Place kPlaces[] = {
      {kStackPage + 0x200, AsCause::None},
      {kStackPage + 0x1000, AsCause::None},        // the last bytes of a page; the next one is not there
      {kStackPage + 0x40, AsCause::None},          // its first
      {kStackPage + 0x1020, AsCause::Addressing},  // would cross into the next
      {kStackPage + 0x208, AsCause::Addressing},   // misaligned
      {page(200) + 0x200, AsCause::ReturnRecord},  // no page
      {kCodePage + 0x200, AsCause::ReturnRecord},  // read-only
      {uint64_t{kListLength} << 48 | (kStackPage + 0x200), AsCause::ReturnRecord},  // beyond the callee's list
      {uint64_t{kServiceGate} << 48 | (kStackPage + 0x200), AsCause::ReturnRecord},
      {uint64_t{kDataSlot} << 48 | (kStackPage + 0x200), AsCause::None},  // through the callee's list
  };
  asx::Variant variant;
  variant.return_stack = asx::ReturnStack::Memory;
  Pair pair(variant);
  for (const Place& place : kPlaces) {
    Image image;
    image.alter<asx::Gate>(gate_at(kService, 0), [](asx::Gate& gate) { gate.stack_policy = asx::StackPolicy::Pool; });
    image.alter<asx::StackSlot>(kPool + 32, [&](asx::StackSlot& slot) { slot.rsp = place.top; });
    CAPTURE(place.top);
    pair.start(image);
    const auto found = pair.execute(kGcall, 0, asx::kRcx, 0, kServiceGate);
    CHECK(found.has_value() == (place.cause != AsCause::None));
    if (found) CHECK(*found == fault(place.cause, AsOperation::GateCall, uint64_t{kServiceGate} << 48));
    if (found) CHECK(std::ranges::equal(pair.ram(), image.ram));  // no accessed bit either
    if (!found) CHECK_FALSE(pair.execute(kGret, 0, 0, 0, 0));
    // a loan is checked after the record, and the record's page must not show that
    pair.start(image);
    CHECK(pair.execute(kGcalla, asx::kRcx, asx::kRdx, kServiceGate, kDataSlot).has_value());
    CHECK(std::ranges::equal(pair.ram(), image.ram));
  }
}

TEST_CASE(
    "a forged record misleads the callee's own gret only, and one that names the dead is refused without a trace") {
  asx::Variant variant;
  variant.return_stack = asx::ReturnStack::Memory;
  Pair pair(variant);
  Image image;
  image.alter<asx::Gate>(gate_at(kService, 0), [](asx::Gate& gate) { gate.stack_policy = asx::StackPolicy::Pool; });
  constexpr uint64_t kRecord = kStackPages + 0x200 - 64, kRip = 16, kForged = 0xbad'0000;
  const auto call_and_forge = [&](uint64_t offset, uint64_t value) {
    pair.start(image);
    REQUIRE_FALSE(pair.execute(kGcall, 0, asx::kRcx, 0, kServiceGate));
    pair.put(kRecord + offset, value);
  };
  call_and_forge(kRip, kForged);
  REQUIRE_FALSE(pair.execute(kGret, 0, 0, 0, 0));
  CHECK(pair.rip() == kForged);

  call_and_forge(0, uint64_t{99} << 32 | kTarget);  // a generation that never was
  const std::vector<uint8_t> before(pair.ram().begin(), pair.ram().end());
  CHECK(pair.execute(kGret, 0, 0, 0, 0) == fault(AsCause::ReturnCodeSpace, AsOperation::Return, 0));
  CHECK(std::ranges::equal(pair.ram(), before));

  call_and_forge(kRip, kForged);
  pair.put(kFrames + 56, uint64_t{100 + kTarget} << 32 | kTarget);  // the frame of another callee's call
  REQUIRE_FALSE(pair.execute(kGret, 0, 0, 0, 0));
  CHECK(pair.rip() == kCodePage + 4);
}

TEST_CASE("of every two checks of a gate call with a loan that would fail, the earlier one is reported") {
  struct Violation {
    AsCause cause;
    std::function<void(Image&)> make;
  };
  const auto entry = [](uint32_t slot, const auto& change) {
    return [=](Image& image) { image.alter<asx::AccessListEntry>(entry_at(kProgram, slot), change); };
  };
  const auto space = [](uint32_t id, const auto& change) {
    return [=](Image& image) { image.alter<asx::SpaceDescriptor>(descriptor_at(id), change); };
  };
  using Entry = asx::AccessListEntry;
  using Space = asx::SpaceDescriptor;
  const auto gate = [](const auto& change) {
    return [=](Image& image) { image.alter<asx::Gate>(gate_at(kService, 0), change); };
  };
  constexpr uint32_t kLent = kDataSlot;
  // as chapter 4.3 lists them
  const std::vector<Violation> violations = {
      {AsCause::EntryInvalid, entry(kServiceGate, [](Entry& e) { e.flags = 0; })},
      {AsCause::EntryKind, entry(kServiceGate, [](Entry& e) { e.kind = asx::EntryKind::Object; })},
      {AsCause::SlotGeneration, entry(kServiceGate, [](Entry& e) { ++e.slot_generation; })},
      {AsCause::SpaceInvalid, space(kService, [](Space& s) { s.flags &= ~uint32_t{asx::kSpaceValid}; })},
      {AsCause::SpaceGeneration, space(kService, [](Space& s) { ++s.generation; })},
      {AsCause::NotCodeSpace, space(kService, [](Space& s) { s.flags &= ~uint32_t{asx::kSpaceCode}; })},
      {AsCause::GateIndex, space(kService, [](Space& s) { s.gate_count = 0; })},
      {AsCause::GateInvalid, gate([](asx::Gate& g) { g.flags = 0; })},
      {AsCause::Authority, gate([](asx::Gate& g) { g.required_authority = 2; })},
      {AsCause::SecureStackFull, gate([](asx::Gate& g) { g.minimum_free_frames = kFrameCount; })},
      {AsCause::PoolEmpty, [](Image& image) { image.put(kPool, uint32_t{0}); }},
      {AsCause::Operand, [](Image& image) { image.gpr[asx::kRdx] &= 0xffff; }},
      {AsCause::EntryInvalid, entry(kLent, [](Entry& e) { e.flags = asx::kEntryRead; })},
      {AsCause::EntryKind, entry(kLent, [](Entry& e) { e.kind = asx::EntryKind::Object; })},
      {AsCause::SlotGeneration, entry(kLent, [](Entry& e) { ++e.slot_generation; })},
      {AsCause::SpaceInvalid, space(kData, [](Space& s) { s.flags = 0; })},
      {AsCause::SpaceGeneration, space(kData, [](Space& s) { ++s.generation; })},
      {AsCause::Rights, entry(kLent, [](Entry& e) { e.flags &= ~uint32_t{asx::kEntryWrite}; })},
  };
  constexpr size_t kOfGrant = 11;
  Pair pair({});
  for (size_t i = 0; i < violations.size(); ++i) {
    for (size_t j = i; j < violations.size(); ++j) {
      CAPTURE(i, j);
      Image image;
      image.alter<asx::Gate>(gate_at(kService, 0), [](asx::Gate& g) { g.stack_policy = asx::StackPolicy::Pool; });
      image.gpr[asx::kRdx] = kLent | asx::kLendRead | asx::kLendWrite;
      violations[j].make(image);
      violations[i].make(image);
      pair.start(image);
      const auto found = pair.execute(kGcalla, asx::kRcx, asx::kRdx, kServiceGate, image.gpr[asx::kRdx]);
      const AsOperation operation = i < kOfGrant ? AsOperation::GateCall : AsOperation::Grant;
      const uint64_t selector = i < kOfGrant ? uint64_t{kServiceGate} : uint64_t{kLent};
      CHECK(found == fault(violations[i].cause, operation, selector << 48));
      CHECK(std::ranges::equal(pair.ram(), image.ram));
    }
  }
}

TEST_CASE("behind a narrow no selector reaches the broad space, and its return brings the sets back exactly") {
  Pair pair({});
  Image image;  // no list grants kStack: it is in reach as SS only, until narrow
  pair.start(image);
  const auto rights = [&] {
    std::vector<uint64_t> all;
    for (uint32_t s = 0; s <= 0xffff; ++s) {
      REQUIRE_FALSE(pair.execute(0x04, asx::kRax, asx::kRcx, 0, uint64_t{s} << 48));
      all.push_back(pair.gpr(asx::kRax));
    }
    return all;
  };
  const std::vector<uint64_t> before = rights();
  const uint64_t rsp = pair.gpr(asx::kRsp);
  REQUIRE_FALSE(pair.execute(kNarrow, asx::kRcx, asx::kRdx, kStackHalf | kNarrowSlot, kStackTop - 64));
  REQUIRE_FALSE(pair.execute(kGcall, 0, asx::kRcx, 0, kServiceGate));
  uint64_t reached = 0, narrowed = 0;
  for (uint32_t s = 0; s <= 0xffff; ++s) {
    const auto physical = pair.translate(uint64_t{s} << 48 | kDataPage, asx::Access::Read);
    if (physical) {
      ++reached;
      CHECK(*physical != data_of(kStack));
    }
    if (pair.execute(kNarrow, asx::kRcx, asx::kRdx, s, kStackTop)) continue;
    ++narrowed;
    CHECK(pair.ss() != kStack);
    REQUIRE_FALSE(pair.execute(kWiden, 0, 0, 0, 0));
  }
  // slot 0 of both halves; of the 15 others of each but three gates, and but the argument slot of the code half
  CHECK(reached == 1 + 15 - 3 - 1 + 1 + 15 - 3);
  CHECK(narrowed == 2);  // SS itself, and the slot that all lists have
  CHECK(pair.execute(kWiden, 0, 0, 0, 0) == fault(AsCause::FrameKind, AsOperation::Widen, 0));
  REQUIRE_FALSE(pair.execute(kGret, 0, 0, 0, 0));
  REQUIRE_FALSE(pair.execute(kWiden, 0, 0, 0, 0));
  CHECK(pair.ss() == kStack);
  CHECK(pair.gpr(asx::kRsp) == rsp);
  CHECK(rights() == before);
}

TEST_CASE("the same pointer names another space behind a call and behind a narrow, at once and without reloading it") {
  for (const bool is_stack_half : {false, true}) {
    CAPTURE(is_stack_half);
    Image image;
    for (const uint32_t owner : {kProgram, kStack}) image.grant_space(owner, kProbe, kData, asx::kEntryRead);
    for (const uint32_t owner : {kService, kNarrowStack}) image.grant_space(owner, kProbe, kTarget, asx::kEntryRead);
    const uint64_t pointer = uint64_t{kProbe} << 48 | kDataPage | (is_stack_half ? uint64_t{1} << 63 : 0);
    Bytes program, callee;
    program.set(asx::kRcx, pointer).load().undefined();
    if (is_stack_half) {
      program.set(asx::kRsi, kStackHalf | kNarrowSlot).asx(Mnemonic::Narrow, asx::kRsi, asx::kRsp);
      program.load().undefined();
    } else {
      program.set(asx::kRsi, kServiceGate).asx(Mnemonic::Gcall, 0, asx::kRsi);
      image.code(kService, 0x800, callee.load().undefined().bytes);
    }
    image.code(kProgram, 0, program.bytes);
    Trio trio({}, Runners::All);
    trio.run(
        image,
        [](Cpu& cpu) {
          asx::Frame frame = cpu.top_frame();
          CHECK(frame.gpr[asx::kRdx] == uint64_t{kData} << 32);
          frame.rip += 2;
          cpu.put(cpu.top_frame_address(), frame);
        },
        [](const asx::Frame& frame) { return std::to_string(frame.gpr[asx::kRdx] >> 32); });
    CHECK(trio.outcomes == std::vector<std::string>(3, std::to_string(kTarget)));
    CHECK(trio.differences().empty());
  }
}

TEST_CASE("a deputy can tell what its caller may not reach itself, though it can") {
  struct Case {
    bool caller_has, service_has;
    const char* outcome;  ///< tsel, tselc
  };
  static constexpr Case kCases[] = {
      {false, true, "3 0"}, {true, true, "3 3"}, {true, false, "0 3"}, {false, false, "0 0"}};
  for (const Case& c : kCases) {
    CAPTURE(c.outcome);
    Image image;
    const auto forget = [&](uint32_t owner) {
      image.alter<asx::AccessListEntry>(entry_at(owner, kProbe), [](asx::AccessListEntry& e) { e.flags = 0; });
    };
    if (!c.caller_has) forget(kProgram);
    if (!c.service_has) forget(kService);
    Bytes program, service;
    program.undefined().set(asx::kRcx, uint64_t{kProbe} << 48 | kDataPage).set(asx::kRsi, kServiceGate);
    image.code(kProgram, 0, program.asx(Mnemonic::Gcall, 0, asx::kRsi).bytes);
    service.asx(Mnemonic::Tsel, asx::kRax, asx::kRcx).asx(Mnemonic::Tselc, asx::kRdx, asx::kRcx);
    image.code(kService, 0x800, service.undefined().bytes);
    Trio trio({}, Runners::All);
    trio.run(
        image,
        [](Cpu& cpu) {
          asx::Frame frame = cpu.top_frame();
          frame.rip += 2;
          cpu.put(cpu.top_frame_address(), frame);
        },
        [](const asx::Frame& frame) {
          return std::to_string(frame.gpr[asx::kRax]) + " " + std::to_string(frame.gpr[asx::kRdx]);
        });
    CHECK(trio.outcomes == std::vector<std::string>(3, c.outcome));
  }
}

TEST_CASE("an interrupt before any instruction of a call, its callee and its return changes nothing for them") {
  Image image;
  image.alter<asx::Gate>(gate_at(kService, 0), [](asx::Gate& gate) { gate.stack_policy = asx::StackPolicy::Pool; });
  Bytes program, service;
  program.set(asx::kRcx, kServiceGate).set(asx::kRdx, uint64_t{kDataSlot} | asx::kLendRead);
  program.asx(Mnemonic::Gcalla, asx::kRcx, asx::kRdx).asx(Mnemonic::Gframe, asx::kRbx, 0).undefined();
  service.set(asx::kRcx, uint64_t{asx::kArgumentIndex} << 48 | kDataPage).load().asx(Mnemonic::Gret);
  image.code(kProgram, 0, program.bytes);
  image.code(kService, 0x800, service.bytes);
  constexpr int kInstructions = 7;

  const auto of_end = [](Cpu& cpu) {
    const asx::Frame frame = cpu.top_frame();
    CHECK(frame.gpr[asx::kRdx] == uint64_t{kData} << 32);  // what was lent could be read
    return std::vector<uint64_t>(frame.gpr, frame.gpr + 16);
  };
  OracleCpu oracle({});
  ModelCpu model({});
  EngineCpu engine({});
  engine.start(image);
  REQUIRE(engine.run_to_bell().empty());
  const std::vector<uint64_t> undisturbed = of_end(engine);
  const uint64_t rip = engine.top_frame().rip;
  int hits = 0;
  for (int i = 0; i < kInstructions; ++i) {
    CAPTURE(i);
    oracle.start(image);
    model.start(image);
    for (int done = 0; done < i; ++done) {
      REQUIRE_FALSE(oracle.step());
      REQUIRE_FALSE(model.step());
    }
    REQUIRE_FALSE(oracle.machine.deliver(asx::kVectorInterrupt, 0, 0));
    REQUIRE_FALSE(model.deliver(asx::kVectorInterrupt, 0, 0));
    for (Cpu* cpu : {static_cast<Cpu*>(&oracle), static_cast<Cpu*>(&model)}) {
      REQUIRE(cpu->run_to_bell().empty());
      CHECK(cpu->top_frame().vector == asx::kVectorInterrupt);
      REQUIRE(cpu->run_to_bell().empty());
      CHECK(of_end(*cpu) == undisturbed);
      CHECK(cpu->top_frame().rip == rip);
    }
    CHECK(difference(oracle, model.registers, model.cpu, model.ram()).empty());

    engine.start(image);
    engine.interrupt_after(static_cast<uint64_t>(i));
    REQUIRE(engine.run_to_bell().empty());
    if (engine.top_frame().vector == asx::kVectorInterrupt) {
      ++hits;
      engine.cpu().compare = ~uint64_t{0};
      REQUIRE(engine.run_to_bell().empty());
    }
    CHECK(of_end(engine) == undisturbed);
    CHECK(engine.top_frame().rip == rip);
  }
  CHECK(hits >= kInstructions - 1);  // the last one may find the program at its end
}

TEST_CASE("an argument slot whose thread block is not good is out of reach by Addressing, not merely empty") {
  Pair pair({});
  Image image;
  image.put(kThread + 16, uint64_t{kFrames + 1});
  pair.start(image);
  CHECK_FALSE(pair.translate(uint64_t{asx::kArgumentIndex} << 48 | kDataPage, asx::Access::Read));
  CHECK(asx::AsError::from_code(pair.last_fault()->error).cause == AsCause::Addressing);
}

TEST_CASE("where one space is usable, selector 0 with another slot generation is out of reach like every other") {
  asx::Variant variant;
  variant.spaces = asx::Spaces::One;
  Pair pair(variant);
  pair.start(Image());
  constexpr uint64_t kStale = uint64_t{1} << (48 + asx::kDefaultSelectorBits);
  CHECK_FALSE(pair.translate(kStale | kDataPage, asx::Access::Read));
  CHECK(asx::AsError::from_code(pair.last_fault()->error).cause == AsCause::SelectorIndex);
  CHECK(pair.translate(kDataPage, asx::Access::Read) == data_of(kProgram));
}

TEST_CASE("page tables that do not begin at a page are refused with Addressing") {
  Pair pair({});
  Image image;
  image.put(descriptor_at(kData) + 8, table_of(kData) + 8);
  pair.start(image);
  CHECK_FALSE(pair.translate(uint64_t{kDataSlot} << 48 | kDataPage, asx::Access::Read));
  CHECK(asx::AsError::from_code(pair.last_fault()->error).cause == AsCause::Addressing);
}

TEST_CASE(
    "in both operand modes the model finds the selector register of every base and prefix in the manual's table") {
  constexpr asx::SegmentPrefix kPrefixes[] = {asx::SegmentPrefix::None, asx::SegmentPrefix::Es, asx::SegmentPrefix::Cs,
                                              asx::SegmentPrefix::Ss, asx::SegmentPrefix::Ds};
  constexpr asx::OperandBase::Kind kKinds[] = {asx::OperandBase::None, asx::OperandBase::InstructionPointer,
                                               asx::OperandBase::General};
  for (const bool is_segment : {false, true}) {
    const auto mode = is_segment ? asx::OperandMode::Segment : asx::OperandMode::AccessRegister;
    for (uint8_t prefix = 0; prefix < 5; ++prefix) {
      for (uint8_t i = 0; i < 18; ++i) {
        const uint8_t kind = i < 16 ? 2 : i - 16, number = i < 16 ? i : 0;
        const uint8_t expected = oracle::operand_space(is_segment, static_cast<oracle::Base>(kind), number,
                                                       static_cast<oracle::Prefix>(prefix));
        const asx::OperandBase base{kKinds[kind], static_cast<asx::Register>(number)};
        CAPTURE(is_segment, prefix, kind, number);
        CHECK(asx::operand_selector(mode, base, kPrefixes[prefix]).value_or(0) == expected);
      }
    }
    const auto implied = [&](uint8_t number, oracle::Prefix prefix) {
      return oracle::operand_space(is_segment, oracle::Base::General, number, prefix);
    };
    CHECK(asx::stack_selector(mode).value_or(0) == implied(asx::kRsp, oracle::Prefix::None));
    CHECK(asx::string_target_selector(mode).value_or(0) == implied(asx::kRdi, oracle::Prefix::Es));
  }
}
