// SPDX-License-Identifier: GPL-2.0-or-later
// The product over page-table entries: what is wrong with the entry of one level, and what the access is. A fetch is
// the one behind a gate call, which belongs to the space that was entered.
#include "tests/conformance/product.h"

namespace conformance {
namespace {

enum class Entry { Good, Absent, ReadOnly, NoExecute, Large, Outside };
enum class Use { Load, Store, Fetch };
constexpr const char* kUses[] = {"load", "store", "fetch"};
constexpr const char* kEntries[] = {"good", "absent", "read-only", "no-execute", "large", "outside of memory"};

struct Cell {
  bool is_privileged;
  int level;  ///< 0: PML4
  Entry entry;
  Use use;
  [[nodiscard]] uint32_t space() const { return use == Use::Fetch ? kTarget : kData; }
  [[nodiscard]] uint64_t page() const { return use == Use::Fetch ? code_of(kTarget) : data_of(kData); }
  /// So that an entry for a large page at physical 0 leads to the same page as the tables do.
  [[nodiscard]] uint64_t offset() const { return conformance::page(page() >> 12) + 0xf00; }
};

Image make_image(const Cell& cell) {
  Image image;
  for (const uint32_t id : {kProgram, kTarget}) {
    image.alter<asx::SpaceDescriptor>(descriptor_at(id), [&](asx::SpaceDescriptor& space) {
      if (cell.is_privileged) space.flags |= asx::kSpacePrivileged;
    });
  }
  image.alter<asx::Gate>(gate_at(kTarget, 1), [&](asx::Gate& gate) { gate.entry = cell.offset(); });
  const uint64_t leaf = table_of(cell.space()) + 8 * (cell.page() >> 12);
  image.alter<uint64_t>(leaf, [&](uint64_t& entry) {
    entry |= asx::kPteWrite;
    if (cell.use == Use::Fetch) entry &= ~uint64_t{asx::kPteNoExecute};
  });
  Bytes code;
  code.undefined();
  if (cell.use == Use::Fetch) {
    code.set(asx::kRcx, kTargetGate).asx(asx::Mnemonic::Gcall, 0, asx::kRcx);
  } else {
    code.set(asx::kRcx, uint64_t{kDataSlot} << 48 | cell.offset());
    cell.use == Use::Load ? code.load() : code.store();
  }
  code.undefined();
  image.code(kProgram, 0, code.bytes);
  return image;
}

void change(Cpu& cpu, const Cell& cell) {
  constexpr uint64_t kRip = 24, kUndefinedLength = 2;
  const uint64_t frame = cpu.top_frame_address();
  cpu.put(frame + kRip, cpu.get<uint64_t>(frame + kRip) + kUndefinedLength);
  const uint64_t index = cell.level == 3 ? cell.page() >> 12 : kLevelEntry[cell.level];
  const uint64_t address = table_of(cell.space()) + 8 * index;
  auto entry = cpu.get<uint64_t>(address);
  switch (cell.entry) {
    case Entry::Good:
      break;
    case Entry::Absent:
      entry &= ~uint64_t{asx::kPtePresent};
      break;
    case Entry::ReadOnly:
      entry &= ~uint64_t{asx::kPteWrite};
      break;
    case Entry::NoExecute:
      entry |= asx::kPteNoExecute;
      break;
    case Entry::Large:
      if (cell.level < 3) entry &= ~asx::kPteAddressMask;  // physical 0
      entry |= asx::kPteLarge;
      break;
    case Entry::Outside:
      entry |= uint64_t{1} << 40;
      break;
  }
  cpu.put(address, entry);
}

std::string outcome_of(const Cell& cell, const asx::Frame& frame) {
  if (frame.vector == asx::kVectorInvalidOpcode) return "done";
  const uint64_t address = cell.use == Use::Fetch ? cell.offset() : uint64_t{kDataSlot} << 48 | cell.offset();
  if (frame.fault_address != address) return "a fault of something else";
  if (frame.vector == asx::kVectorAddressSpace) {
    const auto error = asx::AsError::from_code(frame.error_code);
    const auto operation = cell.use == Use::Fetch ? asx::AsOperation::Fetch : asx::AsOperation::Data;
    static constexpr asx::Access kAccesses[] = {asx::Access::Read, asx::Access::Write, asx::Access::Fetch};
    const bool is_ours = error.operation == operation && error.access == kAccesses[static_cast<int>(cell.use)];
    return is_ours ? cause_name(error.cause) : "a fault of something else";
  }
  // the bits that the use and the privilege decide are checked here, the others make the outcome
  static constexpr uint32_t kOfUse[] = {0, asx::kPageFaultWrite, asx::kPageFaultFetch};
  const uint32_t expected =
      kOfUse[static_cast<int>(cell.use)] | (cell.is_privileged ? 0 : uint32_t{asx::kPageFaultUser});
  constexpr uint32_t kOther = asx::kPageFaultPresent | asx::kPageFaultReserved;
  if (frame.vector != asx::kVectorPageFault || (frame.error_code & ~kOther) != expected) return "another error code";
  if ((frame.error_code & asx::kPageFaultReserved) != 0) return "#PF reserved bit";
  return (frame.error_code & asx::kPageFaultPresent) != 0 ? "#PF not allowed" : "#PF absent";
}

/// Of 4 levels x 6 entries, each with 2 privileges. Large pages there are at two levels; bit 7 of a PTE is no such bit,
/// that of a PML4 entry is reserved.
void predict(Tally& tally) {
  constexpr uint64_t kPrivileges = 2, kLevels = 4;
  for (const char* use : kUses) {
    const bool is_load = use == kUses[0];
    tally.predict(use, "done", kPrivileges * (kLevels + (is_load ? 2 : 1) * kLevels + 3));
    tally.predict(use, "#PF absent", kPrivileges * kLevels);
    if (!is_load) tally.predict(use, "#PF not allowed", kPrivileges * kLevels);
    tally.predict(use, "#PF reserved bit", kPrivileges);
    tally.predict(use, "Addressing", kPrivileges * kLevels);
  }
}

}  // namespace

ProductResult run_page_product(const asx::Variant& variant, Runners runners) {
  Tally tally("pages");
  predict(tally);
  Trio trio(variant, runners);
  for (int i = 0; i < 2 * 4 * 6 * 3; ++i) {
    const Cell cell{i % 2 != 0, i / 2 % 4, static_cast<Entry>(i / 8 % 6), static_cast<Use>(i / 48)};
    trio.run(
        make_image(cell), [&](Cpu& cpu) { change(cpu, cell); },
        [&](const asx::Frame& frame) { return outcome_of(cell, frame); });
    const std::string name = std::string(kUses[i / 48]) + ", level " + std::to_string(cell.level) + " " +
                             kEntries[static_cast<int>(cell.entry)] + (cell.is_privileged ? ", privileged" : "");
    tally.cell(name, kUses[i / 48], trio.outcomes, trio.differences());
  }
  return tally.result();
}

}  // namespace conformance
