// SPDX-License-Identifier: GPL-2.0-or-later
// Operands that instructions imply, control transfers, and faults, in access-register and segment mode against tagged
// operands.
#include <catch2/catch_test_macros.hpp>
#include <sstream>

#include "tests/unit/emu/operand_cases.h"

using namespace test;
using namespace asx;

namespace {

struct Implied {
  const char* name;
  unsigned region;
  std::vector<int> code;
};

/// Runs each with every register pointing into its region, in both modes.
size_t compare_all(OperandStyle style, const std::vector<Implied>& items,
                   const std::function<void(Registers&)>& prepare) {
  Cases cases;
  for (const Implied& item : items) {
    Registers registers = pointing_registers(kOffset);
    registers.gpr[kRcx] = 3;
    prepare(registers);
    cases.add(item.name, registers, item.region, [&](Assembler& code) { code.raw_bytes(item.code); });
  }
  return compare(style, cases.all());
}

void no_change(Registers&) {}

}  // namespace

TEST_CASE("pushing and popping go to the stack's space in both modes") {
  std::vector<Implied> items = {
      {"push imm8", kRsp, {0x6a, 0x85}},
      {"push imm32", kRsp, {0x68, 1, 2, 3, 0x84}},
      {"push imm16", kRsp, {0x66, 0x68, 1, 0x84}},
      {"push imm8 of 16 bits", kRsp, {0x66, 0x6a, 0x85}},
      {"push ax", kRsp, {0x66, 0x50}},
      {"push r9w", kRsp, {0x66, 0x41, 0x51}},
      {"pop cx", kRsp, {0x66, 0x59}},
      {"pop sp", kRsp, {0x66, 0x5c}},
      {"pushf", kRsp, {0x9c}},
      {"pushf of 16 bits", kRsp, {0x66, 0x9c}},
      {"push 0x8d5; popf", kRsp, {0x68, 0xd5, 8, 0, 0, 0x9d}},
      {"push 0x8d5; popf of 16 bits", kRsp, {0x66, 0x68, 0xd5, 8, 0x66, 0x9d}},
      {"push fs; pop fs", kRsp, {0x0f, 0xa0, 0x0f, 0xa1}},
      {"push gs; pop gs", kRsp, {0x0f, 0xa8, 0x0f, 0xa9}},
      {"pop fs, of no segment", kRsp, {0x0f, 0xa1}},
      {"pop gs, of no segment", kRsp, {0x0f, 0xa9}},
      {"push rbx by its long form", kRsp, {0xff, 0xf3}},
      {"pop r9 by its long form", kRsp, {0x41, 0x8f, 0xc1}},
  };
  static const char* const kPush[] = {"push 0", "push 1", "push 2", "push 3", "push 4", "push 5", "push 6", "push 7"};
  static const char* const kPop[] = {"pop 0", "pop 1", "pop 2", "pop 3", "pop 4", "pop 5", "pop 6", "pop 7"};
  for (const OperandStyle style : kStyles) {
    CHECK(compare_all(style, items, no_change) == 2);
    Cases cases;
    for (int i = 0; i < 8; ++i) {
      for (const bool is_high : {false, true}) {
        cases.add(kPush[i], pointing_registers(kOffset), kRsp, [&](Assembler& code) {
          if (is_high) code.raw({0x41});
          code.raw({0x50 + i});
        });
        cases.add(kPop[i], pointing_registers(kOffset), kRsp, [&](Assembler& code) {
          if (is_high) code.raw({0x41});
          code.raw({0x58 + i});
        });
      }
    }
    CHECK(compare(style, cases.all()) == 0);
  }
}

TEST_CASE("far returns are refused before they read anything") {
  for (const OperandStyle style : kStyles) {
    OperandWorld world(style);
    Registers registers = pointing_registers(kOffset);
    registers.gpr[kRsp] += 0x2000;  // not mapped
    Cases cases;
    const std::vector<std::vector<int>> codes = {{0xcb}, {0x48, 0xca, 8, 0}, {0x48, 0xcf}, {0xcf}};
    for (const auto& bytes : codes) {
      cases.add("far return", registers, kRsp, [&](Assembler& code) { code.raw_bytes(bytes); });
    }
    for (const OperandCase& item : cases.all()) world.put_code(item);
    for (const OperandCase& item : cases.all()) {
      const Frame frame = world.run_case(item).frame;
      CHECK(frame.vector == kVectorGeneralProtection);
      CHECK(frame.error_code == 0);
      CHECK(frame.rip == item.address);
    }
  }
}

TEST_CASE("frames are entered and left in the stack's space in both modes") {
  const std::vector<Implied> enter = {
      {"enter 32, 0", kRsp, {0xc8, 32, 0, 0}},
      {"enter 32, 1", kRsp, {0xc8, 32, 0, 1}},
      {"enter 32, 2", kRsp, {0xc8, 32, 0, 2}},
      {"enter 0x110, 7", kRsp, {0xc8, 0x10, 1, 7}},
      {"enter 8, 31", kRsp, {0xc8, 8, 0, 31}},
      {"enter 8, 35", kRsp, {0xc8, 8, 0, 35}},
      {"enter of 16 bits", kRsp, {0x66, 0xc8, 8, 0, 0}},
      {"enter of 16 bits, 3", kRsp, {0x66, 0xc8, 8, 0, 3}},
      {"leave", kRsp, {0xc9}},
      {"leave of 16 bits", kRsp, {0x66, 0xc9}},
  };
  for (const OperandStyle style : kStyles) {
    // RBP points to the stack as well, as it does wherever these are used
    const auto on_stack = [](Registers& registers) { registers.gpr[kRbp] = registers.gpr[kRsp] + 0x200; };
    CHECK(compare_all(style, enter, on_stack) == 0);
  }
}

TEST_CASE("calls and jumps and returns go where they go with tagged operands, and push there") {
  const std::vector<Implied> items = {
      // each is followed by an undefined instruction, and by two more in the code
      {"call over", kRsp, {0xe8, 2, 0, 0, 0, 0x0f, 0x0b, 0x48, 0xff, 0xc0}},
      {"call and return", kRsp, {0xe8, 2, 0, 0, 0, 0xeb, 5, 0x48, 0xff, 0xc0, 0xc3, 0x90}},
      {"call and ret 16", kRsp, {0xe8, 2, 0, 0, 0, 0xeb, 6, 0x48, 0xff, 0xc0, 0xc2, 16, 0}},
      {"call with REX.W and operand size", kRsp, {0x66, 0x48, 0xe8, 2, 0, 0, 0, 0x0f, 0x0b, 0x90}},
      {"call far away", kRsp, {0xe8, 0, 0, 0, 0x60}},
      {"call below zero", kRsp, {0xe8, 0, 0, 0, 0x80}},
      {"call rax, to nothing", kRsp, {0x48, 0x05, 0, 0x20, 0, 0, 0xff, 0xd0}},
      {"call rsp, below which it pushes", kRsp, {0x48, 0x81, 0xc4, 8, 0x18, 0, 0, 0xff, 0xd4}},
      {"jmp r12, to nothing", kRsp, {0x49, 0x81, 0xc4, 0, 0x20, 0, 0, 0x41, 0xff, 0xe4}},
      {"ret to anywhere", kRsp, {0xc3}},
      {"rep ret", kRsp, {0xf3, 0xc3}},
      {"ret 0x20", kRsp, {0xc2, 0x20, 0}},
      {"call through a register", kRsp, {0x48, 0x8d, 0x05, 4, 0, 0, 0, 0xff, 0xd0, 0x0f, 0x0b, 0x48, 0xff, 0xc1}},
      {"jump through a register", kRsp, {0x4c, 0x8d, 0x05, 5, 0, 0, 0, 0x41, 0xff, 0xe0, 0x0f, 0x0b, 0x48, 0xff, 0xc1}},
      {"lea; push; ret", kRsp, {0x48, 0x8d, 0x05, 4, 0, 0, 0, 0x50, 0xc3, 0x0f, 0x0b, 0x48, 0xff, 0xc1}},
      {"lea; mov [rbx]; call [rbx]",
       kRbx,
       {0x48, 0x8d, 0x05, 7, 0, 0, 0, 0x48, 0x89, 0x03, 0xff, 0x13, 0x0f, 0x0b, 0x48, 0xff, 0xc1}},
      {"lea; mov [rcx]; jmp [rcx]",
       kRcx,
       {0x48, 0x8d, 0x05, 7, 0, 0, 0, 0x48, 0x89, 0x06, 0xff, 0x26, 0x0f, 0x0b, 0x48, 0xff, 0xc1}},
      {"jump over", kRsp, {0xeb, 2, 0x0f, 0x0b, 0x90}},
      {"long jump over", kRsp, {0xe9, 2, 0, 0, 0, 0x0f, 0x0b, 0x90}},
      {"jump below zero", kRsp, {0xe9, 0, 0, 0, 0x80}},
      {"jump far away", kRsp, {0xe9, 0, 0, 0, 0x60}},
      {"a condition that holds", kRsp, {0x31, 0xc0, 0x74, 2, 0x0f, 0x0b, 0x90}},
      {"a condition that does not hold", kRsp, {0x31, 0xc0, 0x75, 2, 0x0f, 0x0b, 0x90}},
      {"a far condition that holds", kRsp, {0x31, 0xc0, 0x0f, 0x84, 0, 0, 0, 0x60}},
      {"a far condition that does not hold", kRsp, {0x31, 0xc0, 0x0f, 0x85, 0, 0, 0, 0x60}},
      {"loop", kRsp, {0x48, 0xff, 0xc0, 0xe2, 0xfb}},
      {"loope", kRsp, {0x31, 0xc0, 0xe1, 0xfc}},
      {"loopne", kRsp, {0x48, 0x83, 0xe9, 1, 0xe0, 0xfa}},
      {"loop by ECX", kRsp, {0x48, 0xff, 0xc0, 0x67, 0xe2, 0xfa}},
      {"jrcxz", kRsp, {0xe3, 2, 0x31, 0xc9, 0xe3, 2, 0x0f, 0x0b}},
      {"lea of its own address", kRsp, {0x48, 0x8d, 0x05, 0,    0,    0,    0, 0x8d, 0x0d, 0,
                                        0,    0,    0,    0x66, 0x8d, 0x15, 0, 0,    0,    0}},
      {"lea with a 32-bit address", kRsp, {0x67, 0x4c, 0x8d, 0x05, 0, 0, 0, 0x80}},
      {"int3", kRsp, {0x90, 0xcc}},
      {"int 0x80", kRsp, {0x90, 0xcd, 0x80}},
      {"int 6", kRsp, {0x90, 0xcd, 6}},
      {"int 13", kRsp, {0x90, 0xcd, 13}},
      {"hlt", kRsp, {0x90, 0xf4}},
      {"in al, dx", kRsp, {0x90, 0xec}},
      {"vaddps", kRsp, {0x90, 0xc5, 0xf4, 0x58, 0x03}},
      {"rdtscp", kRsp, {0x90, 0x0f, 0x01, 0xf9}},
      {"cpuid", kRsp, {0x31, 0xc0, 0x0f, 0xa2}},
      {"syscall without a gate", kRsp, {0x90, 0x0f, 0x05}},
      {"gret without a frame", kRsp, {0x90, 0x0f, 0x0a, 0x01, 0xc0}},
      {"tsel", kRsp, {0x90, 0x0f, 0x0a, 0x04, 0xc8}},
      {"divide error", kRsp, {0x31, 0xc9, 0xf7, 0xf1}},
      {"popf with TF: a single step", kRsp, {0x68, 2, 3, 0, 0, 0x9d, 0x48, 0xff, 0xc0, 0x90}},
      {"a single step over push", kRsp, {0x68, 2, 3, 0, 0, 0x9d, 0x50, 0x90}},
      {"a single step over a call", kRsp, {0x68, 2, 3, 0, 0, 0x9d, 0xe8, 1, 0, 0, 0, 0x90, 0x90}},
      {"a single step over push [rbx]", kRsp, {0x68, 2, 3, 0, 0, 0x9d, 0xff, 0x33, 0x90}},
      {"a single step over a jump", kRsp, {0x68, 2, 3, 0, 0, 0x9d, 0xeb, 1, 0x90, 0x90}},
  };
  for (const OperandStyle style : kStyles) CHECK(compare_all(style, items, no_change) > 10);
}

TEST_CASE("string instructions with one operand and with two, repeated or not, work in both modes") {
  for (const OperandStyle style : kStyles) {
    Cases cases;
    for (const int opcode : {0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf}) {
      for (const int repeat : {0, 0xf2, 0xf3}) {
        for (const int prefix : {0, 0x66, 0x67, 0x48}) {
          for (const bool is_backward : {false, true}) {
            std::ostringstream name;
            name << std::hex << opcode << " repeat " << repeat << " prefix " << prefix
                 << (is_backward ? " backward" : "");
            Registers registers = pointing_registers(kOffset);
            // across the end of a page, so that each has a first and a last part
            registers.gpr[kRsi] = region_start(kRsi) + 0xffa;
            registers.gpr[kRdi] = region_start(style == OperandStyle::Segment ? kStringTarget : unsigned{kRdi}) + 0xffb;
            registers.gpr[kRcx] = 9;
            cases.add(name.str(), registers, kRdi, [&](Assembler& code) {
              if (is_backward) code.raw({0xfd});
              if (repeat != 0) code.raw({repeat});
              if (prefix != 0) code.raw({prefix});
              code.raw({opcode, 0xfc});
            });
          }
        }
      }
    }
    CHECK(compare(style, cases.all()) == 0);
  }
}

TEST_CASE("operands with an FS or GS prefix stay tagged in both modes") {
  for (const OperandStyle style : kStyles) {
    Cases cases;
    for (const int prefix : {0x64, 0x65}) {
      Registers registers = pointing_registers(kOffset);
      registers.fs_base = 0x40;
      registers.gs_base = region_start(kRelative);
      registers.gpr[kRbx] = prefix == 0x64 ? region_start(kRelative) + 0x40 : 0x80;
      cases.add("through a register", registers, kRelative, [&](Assembler& code) {
        code.raw({prefix, 0x48, 0x8b, 0x0b, prefix, 0x48, 0x01, 0x4b, 8, 0x48, 0x89, 0x2c, 0x24});
      });
      registers.gpr[kRsi] = registers.gpr[kRbx];
      cases.add("lods", registers, kRelative, [&](Assembler& code) { code.raw({prefix, 0xac, prefix, 0x48, 0xad}); });
      cases.add("push and pop", registers, kRelative, [&](Assembler& code) {
        code.raw({prefix, 0xff, 0x33, prefix, 0x8f, 0x43, 16});
      });
      registers.gs_base = 0x40;
      cases.add("relative to RIP", registers, kRelative, [&](Assembler& code) {
        code.raw({prefix}).relative({0x48, 0x8b}, 1, 0x100).raw({prefix}).relative({0x48, 0x8d}, 2, 0x100);
      });
    }
    CHECK(compare(style, cases.all()) == 0);
  }
}

TEST_CASE("xlat, maskmovq and absolute moves have their operand where their address leads") {
  for (const OperandStyle style : kStyles) {
    Cases cases;
    Registers registers = pointing_registers(kOffset);
    const auto add = [&](const char* name, unsigned region, const std::function<void(Assembler&)>& write) {
      cases.add(name, registers, region, write);
    };
    add("xlat", kRbx, [](Assembler& code) { code.raw({0xb0, 0x9c, 0xd7}); });
    add("xlat by EBX", kRbx, [](Assembler& code) { code.raw({0xb0, 0x9c, 0x67, 0xd7}); });
    add("maskmovq", kRdi, [](Assembler& code) {
      code.relative({0x0f, 0x6f}, 1, 0x40).relative({0x0f, 0x6f}, 2, 0x48).raw({0x0f, 0xf7, 0xca, 0x0f, 0x77});
    });
    add("maskmovdqu", kRdi, [](Assembler& code) {
      code.relative({0x0f, 0x10}, 1, 0x40).relative({0x0f, 0x10}, 2, 0x58).raw({0x66, 0x0f, 0xf7, 0xca});
    });
    const uint64_t place = region_start(kAbsolute) + 0x123;
    for (const int opcode : {0xa0, 0xa1, 0xa2, 0xa3}) {
      add("mov by an absolute address", kAbsolute, [&](Assembler& code) { code.raw({0x48, opcode}).number(place, 8); });
      add("mov by a 32-bit absolute address", kAbsolute, [&](Assembler& code) {
        code.raw({0x67, opcode}).number(place, 4);
      });
    }
    CHECK(compare(style, cases.all()) == 0);
  }
}

TEST_CASE("a fault in either mode has the place, the address and the state of the tagged operand's fault") {
  // the pages behind the registers' regions are in no space
  const std::vector<Implied> items = {
      {"load", kRbx, {0x48, 0x8b, 0x83, 0, 0x20, 0, 0}},
      {"store", kRbx, {0x48, 0x89, 0x83, 0, 0x20, 0, 0}},
      {"load across the end", kRbx, {0x48, 0x8b, 0x83, 0xfd, 0x17, 0, 0}},
      {"store across the end", kR13, {0x49, 0x89, 0x85, 0xfd, 0x17, 0, 0}},
      {"read, modify, write", kRsi, {0xf0, 0x48, 0x01, 0x86, 0, 0x20, 0, 0}},
      {"overwritten base", kRbx, {0x48, 0x8b, 0x9b, 0, 0x20, 0, 0}},
      {"push [rbx]", kRbx, {0xff, 0xb3, 0, 0x20, 0, 0}},
      {"pop [rbx]: the store", kRbx, {0x8f, 0x83, 0, 0x20, 0, 0}},
      {"call [rbx]: the load", kRbx, {0xff, 0x93, 0, 0x20, 0, 0}},
      {"jmp [r9]", kR9, {0x41, 0xff, 0xa1, 0, 0x20, 0, 0}},
      {"bts", kRbx, {0x48, 0x0f, 0xab, 0x83, 0, 0x20, 0, 0}},
      {"x87 store", kRbx, {0xdb, 0xe3, 0xd9, 0xe8, 0xdd, 0x93, 0, 0x20, 0, 0}},
      {"after other instructions", kRbx, {0x48, 0xff, 0xc0, 0x48, 0xff, 0xc0, 0x48, 0x8b, 0x83, 0, 0x20, 0, 0}},
      {"absolute", kAbsolute, {0x8b, 0x04, 0x25, 0, 0, 0, 0x70}},
      {"maskmovdqu", kRdi, {0x48, 0x81, 0xc7, 0, 0x20, 0, 0, 0x66, 0x0f, 0x76, 0xc9, 0x66, 0x0f, 0xf7, 0xc9}},
      {"lods", kRsi, {0x48, 0x81, 0xc6, 0, 0x20, 0, 0, 0xac}},
  };
  // add rsp, 0x2000 first
  const std::vector<Implied> stack = {
      {"push rax", kRsp, {0x50}},
      {"push imm32", kRsp, {0x68, 1, 2, 3, 4}},
      {"pop rax", kRsp, {0x58}},
      {"pushf", kRsp, {0x9c}},
      {"popf", kRsp, {0x9d}},
      {"push fs", kRsp, {0x0f, 0xa0}},
      {"pop gs", kRsp, {0x0f, 0xa9}},
      {"call", kRsp, {0xe8, 0, 0, 0, 0}},
      {"call rax", kRsp, {0xff, 0xd0}},
      {"call [rbx]: the push", kRsp, {0xff, 0x13}},
      {"push [rbx]: the push", kRsp, {0xff, 0x33}},
      {"pop [rbx]: the load", kRsp, {0x8f, 0x03}},
      {"ret", kRsp, {0xc3}},
      {"enter", kRsp, {0xc8, 8, 0, 0}},
      {"enter with a level", kRsp, {0xc8, 8, 0, 2}},
  };
  for (const OperandStyle style : kStyles) {
    CHECK(compare_all(style, items, no_change) == items.size());
    CHECK(compare_all(style, stack, [](Registers& registers) { registers.gpr[kRsp] += 0x2000; }) == stack.size());
    const std::vector<Implied> leave = {{"leave", kRsp, {0xc9}}};
    CHECK(compare_all(style, leave, [](Registers& registers) { registers.gpr[kRbp] = registers.gpr[kRsp] + 0x2000; }) ==
          1);
  }
}

TEST_CASE("a string instruction that faults midway has done what came before, in both modes") {
  for (const OperandStyle style : kStyles) {
    const unsigned target = style == OperandStyle::Segment ? kStringTarget : unsigned{kRdi};
    for (const bool is_source : {false, true}) {
      Cases cases;
      for (const int opcode : {0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xae}) {
        const bool has_source = opcode < 0xa8 || opcode == 0xac;
        const bool has_target = opcode != 0xac;
        if (is_source ? !has_source : !has_target) continue;
        for (const int prefix : {0x48, 0x67}) {
          Registers registers = pointing_registers(kOffset);
          registers.gpr[kRcx] = 40;
          registers.gpr[kRdi] = region_start(target) + 0x10;
          (is_source ? registers.gpr[kRsi] : registers.gpr[kRdi]) =
              region_start(is_source ? unsigned{kRsi} : target) + 0x1ff0 + 3;
          // so that the comparisons go on: equal bytes nowhere, and until equal
          const int repeat = opcode == 0xa6 || opcode == 0xa7 || opcode == 0xae ? 0xf2 : 0xf3;
          std::ostringstream name;
          name << std::hex << opcode << " prefix " << prefix << (is_source ? " source" : " target");
          cases.add(name.str(), registers, is_source ? unsigned{kRsi} : target, [&](Assembler& code) {
            code.raw({repeat, prefix, opcode});
          });
        }
      }
      CHECK(compare(style, cases.all()) > 0);
    }
  }
}
