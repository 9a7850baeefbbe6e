// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/conformance/fuzz/machine_code.h"

#include <algorithm>
#include <cstdio>

namespace conformance {
namespace {

using asx::Mnemonic;

/// Two instructions of the extension that are left to others: xwait stops the machine, stsys reads the clock.
void add_instruction(Bytes& code, Random& random, unsigned bits) {
  static constexpr Mnemonic kMnemonics[] = {Mnemonic::Gcall,   Mnemonic::Gcall,  Mnemonic::Gcall,  Mnemonic::Gcalla,
                                            Mnemonic::Gcalla,  Mnemonic::Gret,   Mnemonic::Gret,   Mnemonic::Gret,
                                            Mnemonic::Narrow,  Mnemonic::Narrow, Mnemonic::Widen,  Mnemonic::Widen,
                                            Mnemonic::Tsel,    Mnemonic::Tselc,  Mnemonic::Gframe, Mnemonic::Invspace,
                                            Mnemonic::Tswitch, Mnemonic::Sac,    Mnemonic::Ldsel,  Mnemonic::Stsel};
  const Mnemonic mnemonic = kMnemonics[random() % std::size(kMnemonics)];
  const auto number = [&] { return static_cast<unsigned>(random() % 16); };
  const uint64_t selector = random_selector(random, bits);
  switch (mnemonic) {
    case Mnemonic::Gret:
    case Mnemonic::Widen:
      code.asx(mnemonic);
      return;
    case Mnemonic::Gframe:
      code.asx(mnemonic, number(), number() % 8);
      return;
    case Mnemonic::Sac:
      code.asx(mnemonic, 0, 0);  // other modes would give the code's loads and stores another meaning
      return;
    case Mnemonic::Stsel:
      code.asx(mnemonic, number(), number());
      return;
    case Mnemonic::Ldsel: {
      const unsigned from = number();
      code.set(from, selector).asx(mnemonic, number(), from);
      return;
    }
    case Mnemonic::Tswitch: {
      const unsigned from = number();
      code.set(from, random() % 4 == 0 ? kThread : kOtherThread).asx(mnemonic, 0, from);
      return;
    }
    case Mnemonic::Invspace: {
      const unsigned from = number();
      code.set(from, random() % 2 == 0 ? ~uint64_t{0} : random() % (kSpaces + 1)).asx(mnemonic, 0, from);
      return;
    }
    case Mnemonic::Gcall: {
      const unsigned from = number();
      code.set(from, selector).asx(mnemonic, 0, from);
      return;
    }
    case Mnemonic::Gcalla:
    case Mnemonic::Narrow: {
      const unsigned first = number(), second = (first + 1 + number() % 15) % 16;
      const uint64_t other = mnemonic == Mnemonic::Narrow ? kStackTop - 8 * (random() % 64)
                                                          : random_selector(random, bits) | random() % 4 << 16;
      code.set(first, selector).set(second, other).asx(mnemonic, first, second);
      return;
    }
    default: {  // tsel, tselc
      const unsigned from = number();
      code.set(from, selector << 48).asx(mnemonic, number(), from);
      return;
    }
  }
}

void add_something(Bytes& code, Random& random, unsigned bits) {
  const uint64_t choice = random() % 10;
  if (choice < 7) {
    add_instruction(code, random, bits);
  } else if (choice == 7) {
    code.system_call();
  } else {
    const uint64_t address = uint64_t{random_selector(random, bits)} << 48 | kDataPage | (random() % 512 * 8);
    code.set(asx::kRcx, address);
    choice == 8 ? code.load() : code.store();
  }
}

/// Appends what `add` adds as an attempt.
template <typename Add>
void add_attempt(MachineCode& code, uint32_t space, uint64_t base, Bytes& bytes, const Add& add) {
  const size_t before = bytes.bytes.size();
  add();
  code.attempts.push_back({space, base + before, bytes.bytes.size() - before});
}

/// Writes of software to structures, before the program begins.
void add_flips(MachineCode& code, Random& random) {
  if (random() % 2 == 0) {
    for (uint64_t i = random() % 3; i > 0; --i) {
      // the kernel's own handler must stay what it is, or nobody sees the end
      const Action flip = random_flip(random);
      const bool is_kernels = (flip.a >= descriptor_at(kKernel) && flip.a < descriptor_at(kKernel + 1)) ||
                              (flip.a >= gates_of(kKernel) && flip.a < gates_of(kKernel + 1)) ||
                              (flip.a >= table_of(kKernel) && flip.a < table_of(kKernel + 1)) ||
                              (flip.a >= kVectorTable && flip.a < kThread);
      // an entry amid an instruction would lead to x86 code that only the engine knows
      const bool is_odd_entry =
          flip.b == 1 && flip.a >= gates_of(1) && flip.a < list_of(1) && flip.a % 64 == offsetof(asx::Gate, entry);
      if (is_kernels || is_odd_entry) continue;
      for (unsigned byte = 0; byte < flip.r; ++byte)
        code.image.ram[flip.a + byte] ^= static_cast<uint8_t>(flip.b >> 8 * byte);
    }
  }
}

/// What stands at the front of the bytes, as text; its length.
size_t describe(std::span<const uint8_t> bytes, std::string& text) {
  char line[64];
  if (const auto instruction = asx::decode(bytes)) {
    text += asx::disassemble(*instruction);
    return instruction->length;
  }
  if ((bytes[0] & 0xfe) == 0x48 && (bytes[1] & 0xf8) == 0xb8) {
    uint64_t value = 0;
    std::memcpy(&value, &bytes[2], 8);
    std::snprintf(line, sizeof line, "mov r%d, %llx", (bytes[1] & 7) + (bytes[0] == 0x49 ? 8 : 0),
                  static_cast<unsigned long long>(value));
    text += line;
    return 10;
  }
  if (bytes[0] == 0x48) {
    text += bytes[1] == 0x8b ? "mov rdx, [rcx]" : "mov [rcx], rdx";
    return 3;
  }
  text += bytes[1] == 0x05 ? "syscall" : "ud2";
  return 2;
}

}  // namespace

Image MachineCode::with_only(const std::vector<size_t>& numbers) const {
  Image changed = image;
  for (size_t i = 0; i < attempts.size(); ++i) {
    if (std::ranges::binary_search(numbers, i)) continue;
    const Attempt& attempt = attempts[i];
    changed.code(attempt.space, attempt.offset, {0xeb, static_cast<uint8_t>(attempt.length - 2)});
  }
  return changed;
}

std::optional<uint64_t> MachineCode::next(uint32_t space, uint64_t offset) const {
  for (const Attempt& attempt : attempts) {
    if (attempt.space == space && attempt.offset > offset) return attempt.offset;
  }
  return std::nullopt;
}

std::string MachineCode::text_of(size_t number) const {
  const Attempt& attempt = attempts[number];
  char line[48];
  std::snprintf(line, sizeof line, "space %u, code + %llx: ", attempt.space,
                static_cast<unsigned long long>(attempt.offset));
  std::string text = line;
  for (uint64_t done = 0; done < attempt.length;) {
    if (done != 0) text += "; ";
    done += describe(std::span(image.ram).subspan(code_of(attempt.space) + attempt.offset + done, 16), text);
  }
  return text;
}

MachineCode random_machine_code(Random& random, const asx::Variant& variant) {
  MachineCode code{random_image(random, variant), {}};
  const unsigned bits = variant.selector_bits;
  Bytes program;
  while (program.bytes.size() < 0x600) {
    add_attempt(code, kProgram, 0, program, [&] { add_something(program, random, bits); });
  }
  code.image.code(kProgram, 0, program.undefined().bytes);
  for (uint32_t id = kProgram; id <= kSpaces; ++id) {
    for (uint32_t gate = 0; gate < kGates; ++gate) {
      const uint64_t offset = 0x800 + 0x1c0 * gate;
      Bytes callee;
      for (uint64_t i = random() % 4; i > 0; --i) {
        add_attempt(code, id, offset, callee, [&] { add_something(callee, random, bits); });
      }
      const bool returns = random() % 8 < 6;
      add_attempt(code, id, offset, callee, [&] { returns ? callee.asx(Mnemonic::Gret) : callee.undefined(); });
      code.image.code(id, offset, callee.undefined().bytes);
      code.image.alter<asx::Gate>(gate_at(id, gate), [&](asx::Gate& g) { g.entry = kCodePage + offset; });
    }
  }
  add_flips(code, random);
  return code;
}

}  // namespace conformance
