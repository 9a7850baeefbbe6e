// SPDX-License-Identifier: GPL-2.0-or-later
// What may be cached, and what must not show. Nothing here leaves the space that runs before the answer is there: going
// through the kernel would drop everything anyway.
#include <catch2/catch_test_macros.hpp>

#include "tests/conformance/product.h"

using namespace conformance;
using asx::Mnemonic;

namespace {

constexpr uint64_t kPointer = uint64_t{kProbe} << 48 | kDataPage;
constexpr uint64_t kArgument = uint64_t{asx::kArgumentIndex} << 48 | kDataPage;
constexpr uint64_t kWindowLeaf = 12;

/// The space whose data page RDX was loaded from, or the cause why not.
std::string source(const asx::Frame& frame) {
  if (frame.vector == asx::kVectorAddressSpace) return cause_name(asx::AsError::from_code(frame.error_code).cause);
  if (frame.vector == asx::kVectorPageFault) return "page fault";
  return "space " + std::to_string(frame.gpr[asx::kRdx] >> 32);
}

/// Passes the first bell, at which `expected` has been loaded, by.
auto going_on_after(const std::string& expected) {
  return [expected](Cpu& cpu) {
    asx::Frame frame = cpu.top_frame();
    CHECK(source(frame) == expected);
    frame.rip += 2;
    cpu.put(cpu.top_frame_address(), frame);
  };
}

/// A privileged program that sees a page of memory through a window of its own, and data through kPointer.
Image with_window(uint64_t page_of_memory) {
  Image image;
  image.alter<asx::SpaceDescriptor>(descriptor_at(kProgram),
                                    [](asx::SpaceDescriptor& s) { s.flags |= asx::kSpacePrivileged; });
  image.put(table_of(kProgram) + 8 * kWindowLeaf,
            page_of_memory | asx::kPtePresent | asx::kPteWrite | asx::kPteNoExecute);
  return image;
}

/// Loads through kPointer, stores `value` to the window, and after invspace loads again.
std::vector<uint8_t> change_and_look(uint64_t offset_in_window, uint64_t value, uint64_t space) {
  Bytes code;
  code.undefined();
  code.set(asx::kRcx, kPointer).load();
  code.set(asx::kRcx, page(kWindowLeaf) + offset_in_window).set(asx::kRdx, value).store();
  code.set(asx::kRsi, space).asx(Mnemonic::Invspace, 0, asx::kRsi);
  code.set(asx::kRcx, kPointer).load().undefined();
  return code.bytes;
}

}  // namespace

TEST_CASE(
    "after invspace a withdrawn entry and a changed page are seen by the next load, though the pages had been used") {
  struct Change {
    const char* what;
    uint64_t page, offset, value, space;
    const char* outcome;
  };
  const uint64_t leaf = table_of(kData) + 8 * kDataLeaf;
  const Change changes[] = {
      {"entry", list_of(kProgram) & ~asx::kPageMask, entry_at(kProgram, kProbe) & asx::kPageMask, 0, ~uint64_t{0},
       "EntryInvalid"},
      {"entry, by the owner's id", list_of(kProgram) & ~asx::kPageMask, entry_at(kProgram, kProbe) & asx::kPageMask, 0,
       kProgram, "EntryInvalid"},
      {"page", leaf & ~asx::kPageMask, leaf & asx::kPageMask, data_of(kTarget) | asx::kPtePresent, kData, "space 7"},
      {"no page", leaf & ~asx::kPageMask, leaf & asx::kPageMask, 0, kData, "page fault"},
      {"generation", descriptor_at(kData) & ~asx::kPageMask, descriptor_at(kData) & asx::kPageMask,
       uint64_t{999} << 32 | asx::kSpaceValid, kData, "SpaceGeneration"},
  };
  Trio trio({}, Runners::All);
  for (const Change& change : changes) {
    CAPTURE(change.what);
    Image image = with_window(change.page);
    image.code(kProgram, 0, change_and_look(change.offset, change.value, change.space));
    image.gpr[asx::kRdx] = uint64_t{99} << 32;
    trio.run(image, going_on_after("space 99"), source);
    CHECK(trio.outcomes == std::vector<std::string>(3, change.outcome));
    CHECK(trio.differences().empty());
  }
}

TEST_CASE("the argument slot changes with each call and return, even where code and stack space stay the same") {
  Image image;
  constexpr uint32_t kFirst = 10, kSecond = 11, kOther = 12;
  image.grant_gate(kProgram, kFirst, kProgram, 1);
  image.grant_gate(kProgram, kSecond, kProgram, 2);
  image.grant_space(kProgram, kOther, kTarget, asx::kEntryRead);
  const auto lend = [](Bytes& code, uint64_t gate, uint64_t slot) {
    code.set(asx::kRsi, gate).set(asx::kRdi, slot | asx::kLendRead).asx(Mnemonic::Gcalla, asx::kRsi, asx::kRdi);
  };
  Bytes program, first, second;
  program.set(asx::kRcx, kArgument);
  lend(program, kFirst, kDataSlot);
  program.load().undefined();  // nothing is lent any more
  first.load();
  lend(first, kSecond, kOther);
  first.load().undefined().load().asx(Mnemonic::Gret);
  second.load().undefined().load().asx(Mnemonic::Gret);
  image.code(kProgram, 0, program.bytes);
  constexpr uint64_t kFirstCode = 0x900, kSecondCode = 0xa00;
  image.code(kProgram, kFirstCode, first.bytes);
  image.code(kProgram, kSecondCode, second.bytes);
  image.alter<asx::Gate>(gate_at(kProgram, 1), [](asx::Gate& gate) { gate.entry = kCodePage + kFirstCode; });
  image.alter<asx::Gate>(gate_at(kProgram, 2), [](asx::Gate& gate) { gate.entry = kCodePage + kSecondCode; });

  Trio trio({}, Runners::All);
  trio.run(image, going_on_after("space 7"), source);
  CHECK(trio.outcomes == std::vector<std::string>(3, "space 6"));
  CHECK(trio.differences().empty());
  for (Cpu* cpu : trio.cpus) {
    going_on_after("space 6")(*cpu);
    REQUIRE(cpu->run_to_bell().empty());
    CHECK(source(cpu->top_frame()) == "EntryInvalid");
  }
  CHECK(trio.differences().empty());
}
