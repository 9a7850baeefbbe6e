// SPDX-License-Identifier: GPL-2.0-or-later
// Many machines, each with a few structures and registers put wrong at random, run every instruction: what it refuses,
// it refuses as its section of the manual says, and every cause that the section names comes up.
#include <map>
#include <random>
#include <set>

#include "isa-ext/encoding/table.h"
#include "tests/unit/isa-ext/manual.h"
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

/// What section 3.n tells of the faults of its instruction.
struct Documented {
  std::set<AsCause> causes;
  std::string exceptions;
};

/// The causes by name, as chapter 4 numbers them.
std::map<std::string, AsCause> causes_by_name() {
  std::map<std::string, AsCause> causes;
  const std::string text = chapter("04-checks.md");
  for (const std::string_view line : lines(text)) {
    const auto cells = cells_of(line);
    const bool is_row =
        cells.size() == 3 && !cells[0].empty() && cells[0].find_first_not_of("0123456789") == cells[0].npos;
    if (is_row && cells[1].find(' ') == cells[1].npos) {
      causes[std::string(cells[1])] = static_cast<AsCause>(std::stoi(std::string(cells[0])));
    }
  }
  return causes;
}

Documented documented(const std::string& section) {
  Documented result;
  const size_t table = section.find("| # | check | cause |"), end = section.find("\nExceptions: ");
  const std::string checks = section.substr(table, end - table);
  for (const auto& [name, cause] : causes_by_name()) {
    if (has_word(checks, name)) result.causes.insert(cause);
  }
  if (contains(checks, "(4.4)")) result.causes.insert(AsCause::Addressing);
  result.exceptions = section.substr(end, section.find("\nRelated: ") - end);
  return result;
}

constexpr uint32_t kSeeds = 5000;

class Spoiler {
 public:
  explicit Spoiler(uint32_t seed) : random_(seed) {}
  uint32_t below(uint32_t bound) { return random_() % bound; }
  bool one_in(uint32_t n) { return below(n) == 0; }

  /// A machine that may have frames, may be privileged, and has operands that may make sense.
  void prepare(Scenario& s) {
    if (one_in(2)) s.become_privileged();
    if (one_in(3)) s.entry(s.program, Scenario::kDataSelector).flags &= ~uint32_t{asx::kEntryWrite};
    for (uint32_t i = below(3); i > 0; --i) {
      if (one_in(2)) {
        static_cast<void>(s.narrow_to());
      } else {
        static_cast<void>(s.call());
      }
    }
    const uint64_t sensible[] = {Scenario::kGateSelector, Scenario::kNarrowSelector, s.thread_address.value};
    const uint64_t others[] = {Scenario::kDataSelector,
                               Scenario::kHeapSelector,
                               s.thread_address.value + 64,
                               0x8003,
                               0x8009,
                               ~uint64_t{0},
                               uint64_t{s.service.value},
                               uint64_t{1} << 40,
                               Scenario::kDataSelector | asx::kLendWrite,
                               Scenario::kHeapSelector | asx::kLendRead | asx::kLendWrite};
    for (uint64_t& value : s.registers.gpr)
      value = one_in(3) ? others[below(std::size(others))] : sensible[below(std::size(sensible))];
  }

  void spoil(Scenario& s) {
    const SpaceId space{1 + below(7)};
    asx::AccessListEntry& entry = s.entry(one_in(2) ? s.program : s.stack, 1 + below(2));
    asx::Gate& gate = s.gate(s.service, 1);
    asx::Frame& frame = s.frame(below(2));
    switch (below(20)) {
      case 0:
        s.cpu.code.list_length = s.cpu.stack.list_length = 1;
        return;
      case 1:
        entry.flags ^= asx::kEntryValid;
        return;
      case 2:
        entry.flags &= ~uint32_t{asx::kEntryWrite};
        return;
      case 3:
        entry.kind = static_cast<asx::EntryKind>(below(4));
        return;
      case 4:
        entry.slot_generation = below(3);
        return;
      case 5:
        entry.space_id = below(FakeMachine::kSpaces + 2);
        return;
      case 6:
        ++s.descriptor(space).generation;
        return;
      case 7:
        s.descriptor(space).flags ^= 1u << below(4);
        return;
      case 8:
        s.descriptor(s.service).gate_count = below(2);
        return;
      case 9:
        gate.flags = 0;
        return;
      case 10:
        gate.required_authority = 1u << below(3);
        return;
      case 11:
        gate.minimum_free_frames = below(2) * 100;
        return;
      case 12:
        s.at<asx::StackPool>(s.pool).first_free = below(2) * 3;
        return;
      case 13:
        s.thread().reserve_frames = below(2) * 100;
        return;
      case 14:
        s.thread().secure_stack_top = s.thread().secure_stack_base + below(3) * 128;
        return;
      case 15:
        frame.kind = static_cast<asx::FrameKind>(below(4));
        return;
      case 16:
        (one_in(2) ? frame.cs_id : frame.ss_id) = below(FakeMachine::kSpaces);
        return;
      case 17:
        s.thread().ss_id = below(FakeMachine::kSpaces);
        return;
      case 18:
        s.descriptor(one_in(2) ? s.service : s.stack).flags = asx::kSpaceValid;
        return;
      default:
        frame.pool_slot = below(4);
        return;
    }
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE(
    "every refusal of every instruction is one that its section of the manual documents, and all of those occur") {
  constexpr size_t kCount = asx::kInstructions.size();
  const std::string text = chapter("03-instructions.md");
  std::vector<Documented> expected;
  for (size_t i = 0; i < kCount; ++i) expected.push_back(documented(section_of(text, "3." + std::to_string(i + 1))));
  std::vector<std::set<AsCause>> seen(kCount);

  for (uint32_t seed = 0; seed < kSeeds; ++seed) {
    asx::Variant variant;
    variant.operand = asx::OperandStyle::AccessRegister;  // so that all instructions exist
    Scenario s(variant);
    Spoiler spoiler(seed);
    spoiler.prepare(s);
    for (uint32_t faults = spoiler.below(3); faults > 0; --faults) spoiler.spoil(s);
    if (spoiler.one_in(20)) s.cpu.space_table = {FakeMachine::kMemory};
    for (size_t step = 0; step < kCount; ++step) {
      const size_t i = (seed + step) % kCount;  // what succeeds changes the machine for those after it
      const asx::InstructionRow& row = asx::kInstructions[i];
      const auto reg = static_cast<uint8_t>(row.pattern.has_reg ? spoiler.below(16) : 0);
      const auto rm = static_cast<uint8_t>(row.pattern.has_rm ? spoiler.below(16) : 0);
      const asx::Registers registers = s.registers;
      const asx::CpuState cpu = s.cpu;
      const asx::MaybeFault fault = s.run(row.mnemonic, reg, rm);
      if (!fault) continue;
      INFO(row.name << ", seed " << seed << ": " << *fault);
      const asx::AsError error = asx::AsError::from_code(fault->error_code);
      const std::string operation = "operation " + std::to_string(static_cast<int>(error.operation));
      REQUIRE(fault->vector == asx::kVectorAddressSpace);
      REQUIRE(expected[i].causes.contains(error.cause));
      REQUIRE(error.access == Access::None);
      REQUIRE(contains(expected[i].exceptions, operation));
      REQUIRE((s.registers == registers && s.cpu == cpu));
      seen[i].insert(error.cause);
    }
  }
  for (size_t i = 0; i < kCount; ++i) {
    INFO(asx::kInstructions[i].name);
    CHECK(seen[i] == expected[i].causes);
  }
}
