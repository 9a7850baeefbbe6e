// SPDX-License-Identifier: GPL-2.0-or-later
// Long random sequences of calls, returns, narrows, widens and events: what must always hold, holds.
#include <random>

#include "isa-ext/variant/parse.h"
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

/// What a return must bring back; kept outside the machine.
struct Expected {
  asx::FrameKind kind;
  SpaceId code, stack;
  uint64_t rsp, fs_base, event_mask;
};

Expected now(const Scenario& s, asx::FrameKind kind) {
  return {kind, s.cpu.code.id, s.cpu.stack.id, s.registers.gpr[kRsp], s.registers.fs_base, s.cpu.event_mask};
}

void check_returned(const Scenario& s, const Expected& expected) {
  CHECK(s.cpu.code.id == expected.code);
  CHECK(s.cpu.stack.id == expected.stack);
  CHECK(s.registers.gpr[kRsp] == expected.rsp);
  CHECK(s.registers.fs_base == expected.fs_base);
  if (expected.kind != asx::FrameKind::Narrow) CHECK(s.cpu.event_mask == expected.event_mask);
}

uint32_t used_slots(Scenario& s) {
  uint32_t used = 0;
  for (uint32_t i = 0; i < 2; ++i) {
    used += s.at<asx::StackSlot>(s.pool + sizeof(asx::StackPool) + i * sizeof(asx::StackSlot)).in_use;
  }
  return used;
}

/// Every combination of what a return trusts, where a call enters, what is compared and what is saved.
std::vector<asx::Variant> protections() {
  std::vector<asx::Variant> variants;
  for (const auto return_stack : {asx::ReturnStack::Secure, asx::ReturnStack::Memory}) {
    for (const auto entry : {asx::EntryPoint::Gate, asx::EntryPoint::Anywhere}) {
      for (const auto generations : {asx::Generations::On, asx::Generations::Off}) {
        for (const auto save : {asx::Save::Callee, asx::Save::All, asx::Save::None}) {
          variants.push_back({.return_stack = return_stack, .entry = entry, .generations = generations, .save = save});
        }
      }
    }
  }
  return variants;
}

void walk_at_random(const asx::Variant& variant, int walks) {
  std::mt19937 random(20240607);  // fixed: the same walk on every run
  for (int walk = 0; walk < walks; ++walk) {
    Scenario s(variant);
    for (const uint64_t stack : {0x8000, 0x9000}) {
      s.map(s.service, stack, s.allocate(asx::kPageSize).value | asx::kPtePresent | asx::kPteWrite);
    }
    s.grant_gate(s.service, 1, s.service, 1);
    s.grant_gate(s.kernel, 1, s.service, 1);
    s.grant_space(s.narrow_stack, 1, s.stack, Scenario::kReadWrite);
    s.descriptor(s.service).authority = 2;
    s.descriptor(s.kernel).authority = 2;
    const Expected initial = now(s, asx::FrameKind::None);
    std::vector<Expected> shadow;

    const auto go_back = [&] {
      const bool is_narrow = shadow.back().kind == asx::FrameKind::Narrow;
      REQUIRE_FALSE(s.run(is_narrow ? Mnemonic::Widen : Mnemonic::Gret));
      check_returned(s, shadow.back());
      shadow.pop_back();
    };
    for (int step = 0; step < 200; ++step) {
      const unsigned choice = random() % 6;
      Expected before = now(s, asx::FrameKind::None);
      if (choice == 0) {
        before.kind = asx::FrameKind::Call;
        if (!s.call()) shadow.push_back(before);
      } else if (choice == 1) {
        before.kind = asx::FrameKind::Narrow;
        if (!s.narrow_to(Scenario::kNarrowSelector, random())) shadow.push_back(before);
      } else if (choice == 2) {
        before.kind = asx::FrameKind::Event;
        if (!asx::deliver_event(s.machine, {static_cast<uint32_t>(random() % asx::kVectorCount), 0, {}}))
          shadow.push_back(before);
      } else if (!shadow.empty()) {
        go_back();
      }
      REQUIRE(s.depth() == shadow.size());
      REQUIRE(s.thread().cs_id == s.cpu.code.id.value);
      REQUIRE(s.thread().ss_id == s.cpu.stack.id.value);
      REQUIRE(s.at<asx::StackPool>(s.pool).free_count + used_slots(s) == 2);
    }
    while (!shadow.empty()) go_back();
    check_returned(s, initial);
    CHECK(used_slots(s) == 0);
  }
}

}  // namespace

TEST_CASE("whatever the order of calls, narrows and events, every return leads back and no stack is lost") {
  walk_at_random({}, 40);
}

TEST_CASE("on every variant of what a crossing trusts, checks and saves an honest callee's returns lead back") {
  for (const asx::Variant& variant : protections()) {
    INFO(asx::to_line(variant));
    walk_at_random(variant, 5);
  }
}
