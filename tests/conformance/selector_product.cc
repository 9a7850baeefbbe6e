// SPDX-License-Identifier: GPL-2.0-or-later
// The product over what a selector may name. Each cell: a context is made (nothing, a call, a call and its return, a
// narrow), the use is made once if it is to be warm, the bell rings, the entry is changed, the use is made.
#include <algorithm>
#include <functional>

#include "tests/conformance/product.h"

namespace conformance {
namespace {

using asx::Mnemonic;

enum class Use { Read, Write, Fetch, Call, Narrow, Lend, Test };
enum class Named { Itself, Good, Argument, Beyond, Invalid, OtherKind, StaleSlot, DeadSpace, StaleSpace };
enum class Extra { All, First, Second };  ///< rights: both, read, write; gates: public, with authority, without
enum class Context { Fresh, AfterCall, AfterReturn, AfterNarrow };

constexpr const char* kUses[] = {"load", "store", "fetch", "gate call", "narrow", "lend", "test"};
constexpr const char* kNamed[] = {"slot 0",     "good",       "slot 7",     "beyond the list", "invalid entry",
                                  "other kind", "stale slot", "dead space", "stale space"};
constexpr const char* kContexts[] = {"fresh", "after a call", "after a return", "after a narrow"};

struct Cell {
  bool is_privileged, is_stack_half, is_warm;
  Named named;
  Extra extra;
  Use use;
  Context context;

  [[nodiscard]] uint32_t slot() const {
    if (named == Named::Itself) return 0;
    if (named == Named::Argument) return asx::kArgumentIndex;
    return named == Named::Beyond ? kListLength - 2 : uint32_t{kProbe};
  }
  [[nodiscard]] uint16_t selector() const { return static_cast<uint16_t>(slot() | (is_stack_half ? kStackHalf : 0)); }
  /// Whose list the slot is looked up in.
  [[nodiscard]] uint32_t owner() const {
    if (is_stack_half) return context == Context::AfterNarrow ? kNarrowStack : kStack;
    return context == Context::AfterCall ? kService : kProgram;
  }
  [[nodiscard]] uint32_t target() const {
    return use == Use::Call ? kTarget : use == Use::Narrow ? kTargetStack : kData;
  }
  /// Whether the slot can be used before anything is changed.
  [[nodiscard]] bool can_be_warm() const {
    if (use == Use::Fetch) return false;
    if (use == Use::Narrow) return is_stack_half;
    if (named == Named::Argument) return is_stack_half;
    return named != Named::Itself || use != Use::Call;
  }
  [[nodiscard]] std::string name() const {
    return std::string(is_privileged ? "privileged " : "") + kUses[static_cast<int>(use)] + ", " +
           (is_stack_half ? "stack half, " : "code half, ") + kNamed[static_cast<int>(named)] + ", extra " +
           std::to_string(static_cast<int>(extra)) + (is_warm ? ", warm, " : ", cold, ") +
           kContexts[static_cast<int>(context)];
  }
};

uint64_t address_of(uint16_t selector, uint64_t offset) {
  return uint64_t{selector} << 48 | offset;
}

void add_use(Bytes& code, const Cell& cell) {
  const uint64_t selector = cell.selector();
  switch (cell.use) {
    case Use::Read:
      code.set(asx::kRcx, address_of(cell.selector(), kDataPage + 0x100)).load();
      return;
    case Use::Write:
      code.set(asx::kRcx, address_of(cell.selector(), kDataPage + 0x100)).store();
      return;
    case Use::Fetch:
      code.set(asx::kRcx, address_of(cell.selector(), kUndefined)).jump();
      return;
    case Use::Call:
      code.set(asx::kRcx, selector).asx(Mnemonic::Gcall, 0, asx::kRcx);
      return;
    case Use::Narrow:
      code.set(asx::kRcx, selector).set(asx::kRdx, kStackTop - 0x100).asx(Mnemonic::Narrow, asx::kRcx, asx::kRdx);
      return;
    case Use::Lend:
      code.set(asx::kRcx, kTargetGate).set(asx::kRdx, selector | asx::kLendRead | asx::kLendWrite);
      code.asx(Mnemonic::Gcalla, asx::kRcx, asx::kRdx);
      return;
    case Use::Test:
      code.set(asx::kRcx, address_of(cell.selector(), 0)).asx(Mnemonic::Tsel, asx::kRdx, asx::kRcx);
      return;
  }
}

/// The use on an entry that is as it should be, and back. Where that cannot be, the pages of another slot are touched.
void add_warming(Bytes& code, const Cell& cell) {
  if (!cell.can_be_warm()) {
    const auto other = static_cast<uint16_t>(kDataSlot | (cell.is_stack_half ? kStackHalf : 0));
    code.set(asx::kRcx, address_of(other, kDataPage + 0x100)).load().store();
    return;
  }
  add_use(code, cell);
  if (cell.use == Use::Narrow) code.asx(Mnemonic::Widen);
}

/// Where the gate of Call and Lend enters: while warming it returns at once, afterwards it does not.
constexpr uint64_t kReturning = 0x840, kStopping = 0x860;

Image make_image(const Cell& cell) {
  Image image;
  for (const uint32_t id : {kProgram, kService}) {
    image.alter<asx::SpaceDescriptor>(descriptor_at(id), [&](asx::SpaceDescriptor& space) {
      if (cell.is_privileged) space.flags |= asx::kSpacePrivileged;
    });
  }
  for (const uint32_t owner : {kProgram, kService, kStack, kNarrowStack}) {
    for (const uint32_t slot : {asx::kArgumentIndex, uint32_t{kProbe}, kListLength - 2}) {
      if (cell.use == Use::Call) {
        image.grant_gate(owner, slot, kTarget, 1);
      } else {
        image.grant_space(owner, slot, cell.target(), asx::kEntryRead | asx::kEntryWrite);
      }
    }
  }
  image.code(kTarget, kReturning, Bytes().asx(Mnemonic::Gret).bytes);
  image.code(kTarget, kStopping, Bytes().undefined().bytes);
  image.alter<asx::Gate>(gate_at(kTarget, 1), [](asx::Gate& gate) { gate.entry = kCodePage + kReturning; });

  Bytes body;
  if (cell.is_warm) add_warming(body, cell);
  body.undefined();  // the bell; then on behind it
  add_use(body, cell);
  body.undefined();

  Bytes program;
  const auto call = [&] { program.set(asx::kRcx, kServiceGate).asx(Mnemonic::Gcall, 0, asx::kRcx); };
  switch (cell.context) {
    case Context::Fresh:
      break;
    case Context::AfterCall:
      call();
      image.code(kService, 0x800, body.bytes);
      break;
    case Context::AfterReturn:
      call();
      image.code(kService, 0x800, Bytes().asx(Mnemonic::Gret).bytes);
      break;
    case Context::AfterNarrow:
      program.set(asx::kRcx, kNarrowSlot | kStackHalf).set(asx::kRdx, kStackTop - 0x80);
      program.asx(Mnemonic::Narrow, asx::kRcx, asx::kRdx);
      break;
  }
  program.bytes.insert(program.bytes.end(), body.bytes.begin(), body.bytes.end());
  image.code(kProgram, 0, program.bytes);
  return image;
}

/// What the cell is about, done while the bell rings.
void change(Cpu& cpu, const Cell& cell) {
  const uint64_t frame = cpu.top_frame_address();
  constexpr uint64_t kRip = 24, kUndefinedLength = 2;
  cpu.put(frame + kRip, cpu.get<uint64_t>(frame + kRip) + kUndefinedLength);

  auto gate = cpu.get<asx::Gate>(gate_at(kTarget, 1));
  gate.entry = kCodePage + kStopping;
  const uint64_t entry_address = entry_at(cell.owner(), cell.slot());
  auto entry = cpu.get<asx::AccessListEntry>(entry_address);
  if (cell.use == Use::Call) {
    gate.required_authority = static_cast<uint32_t>(cell.extra);  // CS has authority 1
  } else if (cell.extra != Extra::All) {
    entry.flags &= ~(cell.extra == Extra::First ? uint32_t{asx::kEntryWrite} : uint32_t{asx::kEntryRead});
  }
  auto owner = cpu.get<asx::SpaceDescriptor>(descriptor_at(cell.owner()));
  auto target = cpu.get<asx::SpaceDescriptor>(descriptor_at(cell.target()));
  switch (cell.named) {
    case Named::Itself:
    case Named::Good:
    case Named::Argument:
      break;
    case Named::Beyond:
      owner.list_length = kListLength - 2;
      break;
    case Named::Invalid:
      entry.flags &= ~uint32_t{asx::kEntryValid};
      break;
    case Named::OtherKind:
      entry.kind = cell.use == Use::Call ? asx::EntryKind::Space : asx::EntryKind::Gate;
      break;
    case Named::StaleSlot:
      ++entry.slot_generation;
      break;
    case Named::DeadSpace:
      target.flags &= ~uint32_t{asx::kSpaceValid};
      break;
    case Named::StaleSpace:
      ++target.generation;
      break;
  }
  cpu.put(gate_at(kTarget, 1), gate);
  cpu.put(entry_address, entry);
  cpu.put(descriptor_at(cell.owner()), owner);
  cpu.put(descriptor_at(cell.target()), target);
}

/// The error code and the address that a refusal of this use has, whatever the cause.
bool is_about(const Cell& cell, const asx::Frame& frame) {
  using asx::Access, asx::AsOperation;
  static constexpr asx::AsError kAbout[] = {
      {{}, Access::Read, AsOperation::Data},   {{}, Access::Write, AsOperation::Data},
      {{}, Access::Fetch, AsOperation::Fetch}, {{}, Access::None, AsOperation::GateCall},
      {{}, Access::None, AsOperation::Narrow}, {{}, Access::None, AsOperation::Grant}};
  const auto error = asx::AsError::from_code(frame.error_code);
  const asx::AsError& about = kAbout[static_cast<int>(cell.use)];
  uint64_t offset = 0;
  if (cell.use == Use::Read || cell.use == Use::Write) offset = kDataPage + 0x100;
  if (cell.use == Use::Fetch) offset = kUndefined;
  return error.access == about.access && error.operation == about.operation &&
         frame.fault_address == address_of(cell.selector(), offset);
}

std::string outcome_of(const Cell& cell, const asx::Frame& frame) {
  if (frame.kind != asx::FrameKind::Event) return "no event frame";
  if (frame.vector == asx::kVectorAddressSpace) {
    if (!is_about(cell, frame)) return "a fault of something else";
    return cause_name(asx::AsError::from_code(frame.error_code).cause);
  }
  if (frame.vector != asx::kVectorInvalidOpcode) return "vector " + std::to_string(frame.vector);
  if (cell.use == Use::Test) return "rights " + std::to_string(frame.gpr[asx::kRdx]);
  return "done";
}

/// Of the 54 combinations of half, state and extra, each in 2 x 2 x 4 cells: how many end how. Beside each line: slot 0
/// + good + slot 7, where these three are not alike.
void predict(Tally& tally) {
  constexpr uint64_t kCells = 2 * 2 * 4;
  constexpr uint64_t kEach = 2 * 3;  // halves x extras
  const auto say = [&](Use use, const std::string& outcome, uint64_t combinations) {
    tally.predict(kUses[static_cast<int>(use)], outcome, combinations * kCells);
  };
  const auto say_entry_checks = [&](Use use) {
    say(use, "SelectorIndex", kEach);
    say(use, "EntryInvalid", kEach + 3);  // and slot 7 of the code half, since nothing is lent
    say(use, "SlotGeneration", kEach);
    say(use, "SpaceInvalid", kEach);
    say(use, "SpaceGeneration", kEach);
  };
  for (const Use use : {Use::Read, Use::Write}) {
    say(use, "done", 6 + 4 + 2);  // slot 0 has both rights; else two of three extras have the right
    say(use, "Rights", 0 + 2 + 1);
    say(use, "EntryKind", kEach);
    say_entry_checks(use);
  }
  say(Use::Fetch, "done", 3);  // selector 0 alone
  say(Use::Fetch, "FetchSelector", 54 - 3);

  say(Use::Call, "done", 0 + 4 + 2);
  say(Use::Call, "Authority", 0 + 2 + 1);
  say(Use::Call, "EntryKind", 6 + kEach);  // slot 0 is a space
  say_entry_checks(Use::Call);

  say(Use::Narrow, "NotStackSpace", 27);  // all of the code half
  say(Use::Narrow, "done", 3 + 1 + 1);    // slot 0: SS again; else both rights are needed
  say(Use::Narrow, "Rights", 0 + 2 + 2);
  for (const char* cause :
       {"SelectorIndex", "EntryInvalid", "EntryKind", "SlotGeneration", "SpaceInvalid", "SpaceGeneration"}) {
    say(Use::Narrow, cause, 3);
  }
  say(Use::Lend, "done", 6 + 2 + 1);  // both rights are lent
  say(Use::Lend, "Rights", 0 + 4 + 2);
  say(Use::Lend, "EntryKind", kEach);
  say_entry_checks(Use::Lend);

  say(Use::Test, "rights 3", 6 + 2 + 1);
  say(Use::Test, "rights 1", 0 + 2 + 1);
  say(Use::Test, "rights 2", 0 + 2 + 1);
  say(Use::Test, "rights 4", kEach);  // what is a gate instead
  say(Use::Test, "rights 0", 3 + 5 * kEach);
}

template <typename Action>
void for_each_cell(const Action& action) {
  for (int use = 0; use < 7; ++use) {
    for (int i = 0; i < 2 * 2 * 2 * 9 * 3 * 4; ++i) {
      int rest = i;
      const auto digit = [&](int base) {
        const int value = rest % base;
        rest /= base;
        return value;
      };
      const bool is_privileged = digit(2) != 0, is_stack_half = digit(2) != 0, is_warm = digit(2) != 0;
      action(Cell{is_privileged, is_stack_half, is_warm, static_cast<Named>(digit(9)), static_cast<Extra>(digit(3)),
                  static_cast<Use>(use), static_cast<Context>(digit(4))});
    }
  }
}

}  // namespace

ProductResult run_selector_product(const asx::Variant& variant, Runners runners) {
  Tally tally("selectors");
  if (variant == asx::Variant{}) predict(tally);
  Trio trio(variant, runners);
  for_each_cell([&](const Cell& cell) {
    trio.run(
        make_image(cell), [&](Cpu& cpu) { change(cpu, cell); },
        [&](const asx::Frame& frame) { return outcome_of(cell, frame); });
    tally.cell(cell.name(), kUses[static_cast<int>(cell.use)], trio.outcomes, trio.differences());
  });
  return tally.result();
}

}  // namespace conformance
