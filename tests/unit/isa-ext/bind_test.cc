// SPDX-License-Identifier: GPL-2.0-or-later
// --bind (manual 7.2): which loads bring a new half-list.
#include "tests/unit/isa-ext/scenario.h"

using namespace test;
using asx::Bind;

namespace {

constexpr Bind kAll[] = {Bind::CodeAndStack, Bind::Code, Bind::Stack, Bind::None};

bool is_code_brought(Bind bind) {
  return bind == Bind::CodeAndStack || bind == Bind::Code;
}
bool is_stack_brought(Bind bind) {
  return bind == Bind::CodeAndStack || bind == Bind::Stack;
}

/// The thread's own lists are those of program and stack, and put in force as a kernel does it.
struct Bound : Scenario {
  explicit Bound(Bind bind) : Scenario({.bind = bind}) {
    name_lists(program, stack);
    load_thread();
  }
  void name_lists(SpaceId code, SpaceId stack_space) {
    auto& block = at<asx::ThreadBlock>(thread_address);
    block.code_list_id = code.value;
    block.code_list_generation = descriptor(code).generation;
    block.stack_list_id = stack_space.value;
    block.stack_list_generation = descriptor(stack_space).generation;
  }
  void load_thread() {
    cpu.code.flags |= asx::kSpacePrivileged;
    registers.gpr[kRax] = thread_address.value;
    REQUIRE_FALSE(run(Mnemonic::Tswitch, 0, kRax));
    cpu.code.flags &= ~uint32_t{asx::kSpacePrivileged};
  }
  /// The space that a load at kPage of the selector reaches, or the cause of its #AS.
  struct Seen {
    SpaceId space;
    AsCause cause = AsCause::None;
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  [[nodiscard]] Seen seen(uint16_t selector) {
    const auto found =
        asx::translate(cpu, machine.memory, machine.variant, VirtualAddress::make({selector}, kPage), Access::Read);
    if (found) return {found.value().space};
    return {{}, asx::AsError::from_code(found.fault().error_code).cause};
  }
};

}  // namespace

TEST_CASE("behind a gate the caller's code half is in force exactly where bind leaves it to the thread") {
  for (const Bind bind : kAll) {
    INFO(static_cast<int>(bind));
    Bound s(bind);
    CHECK(s.seen(Scenario::kDataSelector) == Bound::Seen{s.data});
    REQUIRE_FALSE(s.call());
    CHECK(s.cpu.code.id == s.service);
    const Bound::Seen refused{{}, AsCause::EntryInvalid};
    CHECK(s.seen(Scenario::kDataSelector) == (is_code_brought(bind) ? refused : Bound::Seen{s.data}));
    CHECK(s.seen(0) == Bound::Seen{s.service});  // index 0 is always what is loaded
    CHECK(s.seen(Scenario::kHeapSelector) == Bound::Seen{s.data});
  }
}

TEST_CASE("behind a narrow the broad stack half is in force exactly where bind leaves it to the thread") {
  for (const Bind bind : kAll) {
    INFO(static_cast<int>(bind));
    Bound s(bind);
    REQUIRE_FALSE(s.narrow_to());
    const Bound::Seen refused{{}, AsCause::EntryInvalid};
    CHECK(s.seen(Scenario::kHeapSelector) == (is_stack_brought(bind) ? refused : Bound::Seen{s.data}));
    CHECK(s.seen(0x8000) == Bound::Seen{s.narrow_stack});
    CHECK(s.seen(Scenario::kDataSelector) == Bound::Seen{s.data});
    REQUIRE_FALSE(s.run(Mnemonic::Widen));
    CHECK(s.seen(0x8000) == Bound::Seen{s.stack});
    CHECK(s.seen(Scenario::kHeapSelector) == Bound::Seen{s.data});
  }
}

TEST_CASE("where the code half is the thread's, a service calls gates by the thread's selectors") {
  for (const Bind bind : kAll) {
    INFO(static_cast<int>(bind));
    Bound s(bind);
    REQUIRE_FALSE(s.call());
    if (is_code_brought(bind)) {
      s.registers.gpr[kRax] = Scenario::kGateSelector;
      check_refused(s,
                    Fault::address_space(AsCause::EntryInvalid, Access::None, AsOperation::GateCall,
                                         VirtualAddress::make({Scenario::kGateSelector}, 0)),
                    [&] { return s.gcall(); });
    } else {
      s.cpu.code.authority = 3;
      CHECK_FALSE(s.call());
      CHECK(s.frame(1).cs_id == s.service.value);
    }
  }
}

TEST_CASE("tselc looks into the caller's list where that came with its load, and else into the thread's") {
  for (const Bind bind : kAll) {
    INFO(static_cast<int>(bind));
    Bound s(bind);
    s.name_lists(s.service, s.narrow_stack);  // empty lists
    s.load_thread();
    s.grant_gate(s.service, Scenario::kGateSelector, s.service, 1);
    REQUIRE_FALSE(s.call());
    const auto rights = [&](uint16_t selector) {
      s.registers.gpr[kRcx] = VirtualAddress::make({selector}, 0).value;
      REQUIRE_FALSE(s.run(Mnemonic::Tselc, kRdi, kRcx));
      return s.registers.gpr[kRdi];
    };
    const uint64_t both = asx::kSelectorRead | asx::kSelectorWrite;
    CHECK(rights(Scenario::kDataSelector) == (is_code_brought(bind) ? both : 0));
    CHECK(rights(Scenario::kHeapSelector) == (is_stack_brought(bind) ? both : 0));
    CHECK(rights(0) == both);
  }
}

TEST_CASE("tswitch puts the lists in force that the new thread's block names, and drops cached translations") {
  for (const Bind bind : kAll) {
    INFO(static_cast<int>(bind));
    Bound s(bind);
    s.name_lists(s.service, s.narrow_stack);
    const unsigned before = s.engine.translation_changes;
    s.load_thread();  // CS and SS stay
    CHECK((s.engine.translation_changes > before) == (bind != Bind::CodeAndStack));
    const Bound::Seen refused{{}, AsCause::EntryInvalid};
    CHECK(s.seen(Scenario::kDataSelector) == (is_code_brought(bind) ? Bound::Seen{s.data} : refused));
    CHECK(s.seen(Scenario::kHeapSelector) == (is_stack_brought(bind) ? Bound::Seen{s.data} : refused));
  }
}

TEST_CASE("a space that dies leaves the threads whose list it designates an empty half") {
  Bound s(Bind::None);
  ++s.descriptor(s.program).generation;
  CHECK(s.seen(Scenario::kDataSelector) == Bound::Seen{s.data});  // until invspace
  s.cpu.code.flags |= asx::kSpacePrivileged;
  s.registers.gpr[kRax] = s.program.value;
  REQUIRE_FALSE(s.run(Mnemonic::Invspace, 0, kRax));
  const Bound::Seen refused{{}, AsCause::SelectorIndex};
  CHECK(s.seen(Scenario::kDataSelector) == refused);
  s.load_thread();  // and for a thread that comes later
  CHECK(s.seen(Scenario::kDataSelector) == refused);
  CHECK(s.seen(Scenario::kHeapSelector) == Bound::Seen{s.data});
}

TEST_CASE("invspace makes a list that has grown known where it is the thread's") {
  for (const Bind bind : kAll) {
    INFO(static_cast<int>(bind));
    Bound s(bind);
    REQUIRE_FALSE(s.narrow_to());
    s.descriptor(s.stack).list_length = 2;
    s.cpu.code.flags |= asx::kSpacePrivileged;
    s.registers.gpr[kRax] = s.stack.value;
    REQUIRE_FALSE(s.run(Mnemonic::Invspace, 0, kRax));
    const AsCause expected = is_stack_brought(bind) ? AsCause::EntryInvalid : AsCause::SelectorIndex;
    CHECK(s.seen(Scenario::kHeapSelector) == Bound::Seen{{}, expected});
  }
}
