// SPDX-License-Identifier: GPL-2.0-or-later
// Access-register and segment mode against tagged operands: the same instruction, the same registers, the same outcome.
#include <catch2/catch_test_macros.hpp>
#include <sstream>

#include "tests/unit/emu/operand_cases.h"
#include "tests/unit/emu/operand_forms.h"

using namespace test;
using namespace asx;

namespace {

/// Registers with values of no meaning but where they are part of the address.
Registers registers_for(const Address& address) {
  Registers registers = pointing_registers(kOffset);
  for (unsigned i = 0; i < 16; ++i) {
    if (i != kRsp) registers.gpr[i] = 0x0123'4567'89ab'cdef * (2 * i + 1);
  }
  registers.gpr[kRcx] = 5;
  registers.gpr[kRdx] = 0x75;
  if (address.base != kNone)
    registers.gpr[static_cast<size_t>(address.base)] = region_start(static_cast<unsigned>(address.base)) + kOffset;
  if (address.index != kNone) registers.gpr[static_cast<size_t>(address.index)] = static_cast<uint64_t>(-3);
  if (address.base == address.index && address.base != kNone) {
    registers.gpr[static_cast<size_t>(address.base)] =
        (region_start(static_cast<unsigned>(address.base)) + kOffset) / 2;
  }
  return registers;
}

unsigned region_of(const Address& address) {
  if (address.is_relative) return kRelative;
  return address.base == kNone ? static_cast<unsigned>(kAbsolute) : static_cast<unsigned>(address.base);
}

/// Every way to write an address.
std::vector<Address> all_addresses() {
  std::vector<Address> all;
  for (int base = 0; base < 16; ++base) {
    if ((base & 7) != 5) all.push_back({.base = base, .width = 0});
    all.push_back({.base = base, .displacement = -0x30, .width = 8});
    all.push_back({.base = base, .displacement = 0x7fd, .width = 32});  // across the end of a page
    const int index = base == 9 ? 10 : 9;
    all.push_back({.base = base, .index = index, .shift = 3, .displacement = 0x40, .width = 8});
    all.push_back({.base = base, .displacement = 0x20, .is_32_bit = true, .width = 8});
    if (base != 4) all.push_back({.base = base, .index = base, .shift = 0, .displacement = 0, .width = 8});
  }
  for (const int index : {0, 5, 12, 15}) {
    all.push_back(
        {.index = index, .shift = 2, .displacement = static_cast<int64_t>(region_start(kAbsolute) + kOffset)});
  }
  all.push_back({.displacement = static_cast<int64_t>(region_start(kAbsolute) + kOffset)});
  all.push_back({.displacement = static_cast<int64_t>(region_start(kRelative) + kOffset), .is_relative = true});
  all.push_back({.displacement = static_cast<int64_t>(region_start(kRelative) + kOffset),
                 .is_relative = true,
                 .is_32_bit = true});
  return all;
}

void add_form(Cases& cases, const OperandForm& form, const Address& address) {
  const FormParts parts = parse(form.text);
  std::ostringstream name;
  name << form.text << ", base " << address.base << " index " << address.index << " displacement "
       << address.displacement << (address.is_32_bit ? " 32-bit" : "") << (address.is_relative ? " relative" : "");
  cases.add(name.str(), registers_for(address), region_of(address), [&](Assembler& code) {
    if (form.state == 'x') code.relative({0x0f, 0x10}, 1, 0x40);
    if (form.state == 'm') code.relative({0x0f, 0x6f}, 1, 0x40);
    if (form.state == 'f') code.raw({0xdb, 0xe3, 0xd9, 0xe8, 0xd9, 0xeb});  // fninit; fld1; fldpi
    code.form(parts, address);
    if (form.state == 'x') code.relative({0x0f, 0x11}, 1, 0x80).relative({0x0f, 0xae}, 3, 0xa0);
    if (form.state == 'm') code.relative({0x0f, 0x7f}, 1, 0x80).raw({0x0f, 0x77});
    if (form.state == 'f') code.relative({0xdd}, 6, 0x100);
  });
}

}  // namespace

TEST_CASE("every instruction with a memory operand does in both modes what it does with tagged operands") {
  const std::vector<Address> addresses = all_addresses();
  Cases cases;
  size_t turn = 0;
  for (const OperandForm& form : kOperandForms) {
    // each form with a part of the addresses, another part each time
    for (size_t i = turn++ % 5; i < addresses.size(); i += 5) add_form(cases, form, addresses[i]);
  }
  for (const char* text : {"W 89 /2", "W 8b /2", "W 8b /1", "f0 W 0f c1 /2", "W 0f b1 /2", "ff /6", "66 ff /6", "8f /0",
                           "66 8f /0", "ff /2", "ff /4"}) {
    for (const Address& address : addresses) add_form(cases, {'g', text}, address);
  }
  REQUIRE(cases.all().size() > 4500);
  for (const OperandStyle style : kStyles) {
    const size_t faults = compare(style, cases.all());
    CHECK(faults < cases.all().size() / 4);
  }
}
