// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/conformance/fuzz/program.h"

#include <cstdio>

#include "isa-ext/variant/parse.h"

namespace conformance {
namespace {

/// Of n numbers; the standard's distributions are not the same everywhere.
uint64_t below(Random& random, uint64_t n) {
  return random() % n;
}
bool chance(Random& random, unsigned percent) {
  return below(random, 100) < percent;
}
template <typename T, size_t n>
T one_of(Random& random, const T (&values)[n]) {
  return values[below(random, n)];
}

constexpr uint32_t kRights[] = {asx::kEntryRead | asx::kEntryWrite, asx::kEntryRead | asx::kEntryWrite, asx::kEntryRead,
                                asx::kEntryWrite, 0};

void fill_list(Image& image, Random& random, uint32_t owner, unsigned bits) {
  for (uint32_t index = 1; index < kListLength; ++index) {
    const auto target = static_cast<uint32_t>(1 + below(random, kSpaces));
    if (chance(random, 50)) {
      image.grant_gate(owner, index, target, static_cast<uint32_t>(below(random, kGates)));
    } else {
      image.grant_space(owner, index, target, one_of(random, kRights));
    }
    image.alter<asx::AccessListEntry>(entry_at(owner, index), [&](asx::AccessListEntry& entry) {
      if (chance(random, 4)) entry.kind = static_cast<asx::EntryKind>(below(random, 5));
      if (chance(random, 4)) entry.flags &= ~uint32_t{asx::kEntryValid};
      if (chance(random, 8)) entry.space_generation += 1;
      if (chance(random, 10)) entry.slot_generation = static_cast<uint32_t>(below(random, 1u << (16 - bits)));
    });
  }
}

void vary_gates(Image& image, Random& random, uint32_t owner) {
  for (uint32_t i = owner == kKernel ? 1 : 0; i < kGates; ++i) {
    image.alter<asx::Gate>(gate_at(owner, i), [&](asx::Gate& gate) {
      gate.stack_policy = static_cast<asx::StackPolicy>(below(random, 3));
      gate.event_mask = static_cast<uint32_t>(chance(random, 30) ? random() : 0);
      gate.required_authority = static_cast<uint32_t>(chance(random, 20) ? below(random, 4) : 0);
      gate.minimum_free_frames = static_cast<uint32_t>(chance(random, 20) ? below(random, 16) : 0);
      if (chance(random, 3)) gate.flags = 0;
      if (chance(random, 3)) gate.stack_policy = static_cast<asx::StackPolicy>(3);
    });
  }
}

uint64_t random_address(Random& random, unsigned bits) {
  static constexpr uint64_t kOffsets[] = {kDataPage,       kDataPage + 0xff8, kCodePage, kStackPage,       kUndefined,
                                          page(kBellLeaf), page(100),         0,         kDataPage + 0x100};
  return uint64_t{random_selector(random, bits)} << 48 | one_of(random, kOffsets);
}

/// A value for a register that an instruction takes something from.
uint64_t random_operand(Random& random, uint8_t opcode, bool is_first, unsigned bits) {
  const uint64_t selector = random_selector(random, bits);
  switch (opcode) {
    case 0x00:
      return selector | (chance(random, 10) ? kUndefined << 16 : 0);
    case 0x02:
      return is_first ? selector : kStackTop - 8 * below(random, 64);
    case 0x10:
      return is_first ? selector | (chance(random, 10) ? random() << 16 : 0) : selector | below(random, 4) << 16;
    case 0x04:
    case 0x05:
      return random_address(random, bits);
    case 0x07: {
      static constexpr uint64_t kValues[] = {kSpaceTable,  kSpaceTable, kSpaces + 1, kSpaces,
                                             kVectorTable, 0,           1,           ~uint64_t{0}};
      return chance(random, 80) ? one_of(random, kValues) : random();
    }
    case 0x09:
      return chance(random, 50) ? ~uint64_t{0} : below(random, kSpaces + 2);
    case 0x0a: {
      static constexpr uint64_t kBlocks[] = {kThread, kOtherThread, kThread, kOtherThread, kThread + 4, kMemory, kPool};
      return one_of(random, kBlocks);
    }
    default:
      return chance(random, 50) ? selector : random();
  }
}

Action random_execution(Random& random, unsigned bits) {
  // hops are what it is about; system registers change the ground under everything and come seldom
  static constexpr uint8_t kOpcodes[] = {0x00, 0x00, 0x00, 0x00, 0x10, 0x10, 0x10, 0x01, 0x01, 0x01, 0x01, 0x02, 0x02,
                                         0x02, 0x03, 0x03, 0x04, 0x04, 0x05, 0x05, 0x06, 0x09, 0x0a, 0x0c, 0x0d, 0x0e};
  static constexpr uint8_t kRare[] = {0x07, 0x08, 0x0b};
  Action action;
  action.opcode = chance(random, 4) ? one_of(random, kRare) : one_of(random, kOpcodes);
  const bool has_none = action.opcode == 0x01 || action.opcode == 0x03;
  const bool has_m_only = action.opcode == 0x00 || (action.opcode >= 0x09 && action.opcode <= 0x0c);
  action.r = static_cast<uint8_t>(has_none || has_m_only ? 0 : below(random, 16));
  action.m = static_cast<uint8_t>(has_none ? 0 : below(random, 16));
  if (action.opcode == 0x06 || action.opcode == 0x0c) action.m %= 8;
  action.a = random_operand(random, action.opcode, true, bits);
  action.b = random_operand(random, action.opcode, false, bits);
  return action;
}

}  // namespace

uint16_t random_selector(Random& random, unsigned bits) {
  const uint64_t half = below(random, 2) << 15;
  const uint64_t index = chance(random, 90) ? below(random, kListLength) : below(random, 1u << 15);
  const uint64_t generation = chance(random, 90) ? 0 : random();
  const uint64_t low = (index & ((1u << bits) - 1)) | generation << bits;
  return static_cast<uint16_t>(half | (low & 0x7fff));
}

asx::Variant random_variant(Random& random) {
  static constexpr uint32_t kBits[] = {12, 12, 12, 12, 1, 2, 3, 4, 5, 8, 15};
  asx::Variant variant;
  for (const asx::VariantFlag& flag : asx::variant_flags()) {
    if (flag.is_number() || !chance(random, 40)) continue;
    const asx::Variant before = variant;
    flag.set(variant, static_cast<uint32_t>(below(random, flag.choices.size())));
    if (asx::validate(variant)) variant = before;
  }
  variant.selector_bits = one_of(random, kBits);
  return variant;
}

Image random_image(Random& random, const asx::Variant& variant) {
  Image image;
  for (uint32_t id = 1; id <= kSpaces; ++id) {
    if (chance(random, 90)) fill_list(image, random, id, variant.selector_bits);
    vary_gates(image, random, id);
    image.alter<asx::SpaceDescriptor>(descriptor_at(id), [&](asx::SpaceDescriptor& space) {
      if (id != kKernel && chance(random, 30)) space.flags |= asx::kSpaceCode | asx::kSpaceStack;
      if (id != kKernel && chance(random, 15)) space.flags |= asx::kSpacePrivileged;
      if (chance(random, 10)) space.flags |= asx::kSpaceIo;
      space.authority = static_cast<uint32_t>(below(random, 4));
      space.syscall_selector = static_cast<uint32_t>(below(random, kListLength));
      if (chance(random, 5)) space.syscall_selector |= kStackHalf;
    });
  }
  for (const uint64_t thread : {kThread, kOtherThread}) {
    image.alter<asx::ThreadBlock>(thread, [&](asx::ThreadBlock& block) {
      block.reserve_frames = static_cast<uint32_t>(below(random, 4));
      block.code_list_id = static_cast<uint32_t>(1 + below(random, kSpaces));
      block.code_list_generation = 100 + block.code_list_id;
      block.stack_list_id = static_cast<uint32_t>(1 + below(random, kSpaces));
      block.stack_list_generation = 100 + block.stack_list_id;
    });
  }
  for (unsigned i = 0; i < 16; ++i) {
    if (i != asx::kRsp) image.gpr[i] = random();
  }
  return image;
}

Action random_flip(Random& random) {
  struct Field {
    uint64_t address;
    uint8_t width;
    uint64_t bits;
  };
  const auto id = static_cast<uint32_t>(1 + below(random, kSpaces));
  const auto slot = static_cast<uint32_t>(below(random, kListLength));
  const auto gate = static_cast<uint32_t>(below(random, kGates));
  const uint64_t frame = kFrames + 256 * below(random, 6);
  const uint64_t stack_slot = kPool + 32 + 32 * below(random, kPoolSlots);
  const uint64_t vector = kVectorTable + 16 * below(random, 64);
  static constexpr uint64_t kLeaves[] = {0, 1, 2, kCodeLeaf, kDataLeaf, kStackLeaf};
  static constexpr uint64_t kPteBits[] = {asx::kPtePresent,  asx::kPteWrite, asx::kPteLarge,    asx::kPteNoExecute,
                                          asx::kPteAccessed, asx::kPteDirty, uint64_t{1} << 40, asx::kPteUser};
  const uint64_t some_bit = uint64_t{1} << below(random, 6), low = 1 + below(random, 3);
  constexpr uint64_t kOutside = uint64_t{1} << 40;
  const uint64_t away = one_of(random, {uint64_t{1}, uint64_t{4}, kOutside});
  const Field fields[] = {
      {descriptor_at(id), 4, some_bit},
      {descriptor_at(id) + 4, 4, 1},
      {descriptor_at(id) + 8, 8, one_of(random, {uint64_t{8}, kOutside})},
      {descriptor_at(id) + 16, 8, away},
      {descriptor_at(id) + 24, 4, one_of(random, {uint64_t{0x10}, uint64_t{0x18}})},
      {descriptor_at(id) + 28, 4, one_of(random, {uint64_t{4}, uint64_t{6}})},
      {descriptor_at(id) + 32, 8, away},
      {descriptor_at(id) + 40, 4, low},
      {descriptor_at(id) + 44, 4, low},
      {entry_at(id, slot), 4, one_of(random, {uint64_t{1}, uint64_t{0x10}, uint64_t{0x20}})},
      {entry_at(id, slot) + 4, 4, low},
      {entry_at(id, slot) + 8, 4, one_of(random, {uint64_t{1}, uint64_t{8}, uint64_t{1} << 20})},
      {entry_at(id, slot) + 12, 4, low},
      {entry_at(id, slot) + 16, 4, low},
      {entry_at(id, slot) + 20, 4, one_of(random, {uint64_t{1}, uint64_t{4}})},
      {gate_at(id, gate), 4, 1},
      {gate_at(id, gate) + 4, 4, low},
      {gate_at(id, gate) + 8, 8, one_of(random, {uint64_t{1}, uint64_t{1} << 52})},
      {gate_at(id, gate) + 24, 4, low},
      {gate_at(id, gate) + 28, 4, some_bit},
      {gate_at(id, gate) + 40, 8, away},
      {kPool, 4, low},
      {kPool + 4, 4, low},
      {stack_slot, 8,
       one_of(random, {uint64_t{8}, uint64_t{64}, uint64_t{1} << 63, uint64_t{1} << 49, uint64_t{0x1000}})},
      {stack_slot + 16, 4, low},
      {stack_slot + 20, 4, 1},
      {kThread, 8, one_of(random, {uint64_t{1}, uint64_t{0x100}, kOutside})},
      {kThread + 8, 8, one_of(random, {uint64_t{1}, uint64_t{0x100}, uint64_t{0x800}})},
      {kThread + 16, 8, one_of(random, {uint64_t{1}, uint64_t{0x100}, uint64_t{0x200}})},
      {kThread + 24, 4, one_of(random, {uint64_t{1}, uint64_t{8}, uint64_t{16}})},
      {kOtherThread + 40, 8, one_of(random, {uint64_t{1}, uint64_t{1} << 32})},
      {kThread + 64, 8, one_of(random, {uint64_t{1}, uint64_t{1} << 32})},
      {kThread + 72, 8, one_of(random, {uint64_t{1}, uint64_t{1} << 32})},
      {frame, 1, low},
      {frame + 8, 4, low},
      {frame + 12, 4, 1},
      {frame + 16, 4, low},
      {frame + 20, 4, 1},
      {frame + 56, 4, low},
      {frame + 60, 4, 1},
      {frame + 64, 4, one_of(random, {uint64_t{1}, uint64_t{4}})},
      {frame + 68, 4, low},
      {frame + 72, 8, away},
      {frame + 208, 4, low},
      {frame + 224, 2, one_of(random, {uint64_t{0x10}, uint64_t{0x20}})},
      {vector, 4, 1},
      {vector + 4, 8, one_of(random, {uint64_t{1}, uint64_t{2}, uint64_t{1} << 32})},
      {vector + 12, 4, one_of(random, {uint64_t{1}, uint64_t{2}, uint64_t{4}})},
      {table_of(id) + 8 * one_of(random, kLeaves), 8, one_of(random, kPteBits)},
      {kStackPages + 0x1c0 + 8 * below(random, 8), 8, low},  // the return record of the first stack
  };
  const Field& field = one_of(random, fields);
  Action action;
  action.kind = Action::Flip;
  action.r = field.width;
  action.a = field.address;
  action.b = field.bits;
  return action;
}

Program random_program(uint64_t seed, size_t count) {
  Random random(seed);
  const asx::Variant variant = random_variant(random);
  Program program{seed, variant, random_image(random, variant), {}};
  const unsigned bits = variant.selector_bits;
  const unsigned flips = static_cast<unsigned>(below(random, 4)) * 8;  // percent
  std::vector<Action> flipped;
  while (program.actions.size() < count) {
    Action action;
    const uint64_t choice = below(random, 100);
    if (choice < flips) {
      program.actions.push_back(random_flip(random));
      if (chance(random, 80)) flipped.push_back(program.actions.back());
      continue;
    }
    // mostly written back a few actions later, or everything would soon be broken
    if (!flipped.empty() && chance(random, 40)) {
      program.actions.push_back(flipped.front());
      flipped.erase(flipped.begin());
      continue;
    }
    if (choice < 80) {
      action = random_execution(random, bits);
    } else if (choice < 84) {
      action.kind = Action::SystemCall;
    } else if (choice < 94) {
      action.kind = Action::Translate;
      action.r = static_cast<uint8_t>(below(random, 3));
      action.a = action.r == 2 && chance(random, 80) ? kCodePage : random_address(random, bits);
    } else if (choice < 95) {
      action.kind = Action::Software;
      action.a = random() & 0x3f'ffff;
      action.b = random();
    } else if (choice < 97) {
      action.kind = Action::Event;
      action.r = static_cast<uint8_t>(below(random, asx::kVectorCount));
      action.a = random();
      action.b = random() & 0xffff;
    } else {
      action.kind = Action::Interrupt;
      action.a = random() & random();
    }
    program.actions.push_back(action);
  }
  return program;
}

std::string to_text(const Action& action) {
  char text[160];
  const auto a = static_cast<unsigned long long>(action.a), b = static_cast<unsigned long long>(action.b);
  switch (action.kind) {
    case Action::Execute: {
      const uint8_t rex = static_cast<uint8_t>(0x40 | (action.r >> 3) << 2 | action.m >> 3);
      const uint8_t modrm = static_cast<uint8_t>(0xc0 | (action.r & 7) << 3 | (action.m & 7));
      const uint8_t bytes[] = {rex, 0x0f, 0x0a, action.opcode, modrm};
      const auto decoded = asx::decode(bytes);
      std::snprintf(text, sizeof text, "%-18s with r%u = %llx, r%u = %llx",
                    decoded ? asx::disassemble(*decoded).c_str() : "undefined", action.r, a, action.m, b);
      break;
    }
    case Action::SystemCall:
      return "syscall";
    case Action::Translate: {
      static constexpr const char* kAccesses[] = {"load", "store", "fetch"};
      std::snprintf(text, sizeof text, "%s at %llx", kAccesses[action.r], a);
      break;
    }
    case Action::Event:
      std::snprintf(text, sizeof text, "event %u, error code %llx, address %llx", action.r, b, a);
      break;
    case Action::Interrupt:
      std::snprintf(text, sizeof text, "interrupt lines %llx", a);
      break;
    case Action::Software:
      std::snprintf(text, sizeof text, "rflags = %llx, fs base = %llx, gs base = ~fs base", a, b);
      break;
    case Action::Flip:
      std::snprintf(text, sizeof text, "software flips bits %llx of the %u bytes at %llx", b, action.r, a);
      break;
  }
  return text;
}

}  // namespace conformance
