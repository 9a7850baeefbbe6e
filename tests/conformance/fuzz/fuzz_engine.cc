// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <chrono>
#include <map>

#include "tests/conformance/cpus.h"
#include "tests/conformance/fuzz/fuzz.h"
#include "tests/conformance/product.h"

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

/// An image with code, and where in the code page of each space a new attempt begins, in order.
struct CodedImage {
  Image image;
  std::array<std::vector<uint64_t>, kSpaces + 1> starts;
};

/// Spaces whose gates lead to code of theirs, and a program that uses them.
CodedImage random_machine(Random& random, const asx::Variant& variant) {
  CodedImage coded{random_image(random, variant), {}};
  Image& image = coded.image;
  const unsigned bits = variant.selector_bits;
  for (uint32_t id = kProgram; id <= kSpaces; ++id) {
    for (uint32_t gate = 0; gate < kGates; ++gate) {
      Bytes code;
      const auto begin_attempt = [&] { coded.starts[id].push_back(0x800 + 0x1c0 * gate + code.bytes.size()); };
      for (uint64_t i = random() % 4; i > 0; --i) {
        begin_attempt();
        add_something(code, random, bits);
      }
      begin_attempt();
      const uint64_t last = random() % 8;
      last < 6 ? code.asx(Mnemonic::Gret) : code.undefined();
      code.undefined();
      image.code(id, 0x800 + 0x1c0 * gate, code.bytes);
      image.alter<asx::Gate>(gate_at(id, gate), [&](asx::Gate& g) { g.entry = kCodePage + 0x800 + 0x1c0 * gate; });
    }
  }
  Bytes program;
  std::vector<uint64_t> starts;
  while (program.bytes.size() < 0x600) {
    starts.push_back(program.bytes.size());
    add_something(program, random, bits);
  }
  coded.starts[kProgram].insert(coded.starts[kProgram].begin(), starts.begin(), starts.end());
  program.undefined();
  image.code(kProgram, 0, program.bytes);
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
        image.ram[flip.a + byte] ^= static_cast<uint8_t>(flip.b >> 8 * byte);
    }
  }
  return coded;
}

/// Software in the event's handler: the thread goes on with the attempt after the one that ended here. False: there is
/// none.
bool go_on(Trio& trio, const CodedImage& coded) {
  const uint64_t frame_address = trio.oracle.get<uint64_t>(trio.oracle.machine.state.thread + 16) - sizeof(asx::Frame);
  const auto frame = trio.oracle.get<asx::Frame>(frame_address);
  if (frame.cs_id == 0 || frame.cs_id > kSpaces || (frame.rip & ~asx::kPageMask) != kCodePage) return false;
  const std::vector<uint64_t>& starts = coded.starts[frame.cs_id];
  const auto next = std::ranges::upper_bound(starts, frame.rip & asx::kPageMask);
  if (next == starts.end()) return false;
  for (Cpu* cpu : trio.cpus) cpu->put(frame_address + offsetof(asx::Frame, rip), kCodePage + *next);
  return true;
}

/// Runs to the next bell. "" if all agree.
std::string run_on(Trio& trio, bool& is_over) {
  std::vector<RunEnd> ends;
  for (Cpu* cpu : trio.cpus) {
    const RunEnd end = cpu->run_to_bell();
    // that an event cannot be delivered is for all to notice; how they say so is theirs
    ends.push_back(end.starts_with("no event") ? "no event" : end);
  }
  is_over = !ends[0].empty();
  if (ends[0] == "no end") return "";
  if (std::ranges::adjacent_find(ends, std::not_equal_to<>()) != ends.end()) {
    return "oracle, model, engine end with: " + ends[0] + "; " + ends[1] + "; " + ends[2];
  }
  return is_over ? "" : trio.differences();
}

/// Variants that matter to programs with tagged operands; an engine is made for each once.
std::vector<asx::Variant> variants() {
  std::vector<asx::Variant> list(11);
  list[1].bind = asx::Bind::Code;
  list[2].bind = asx::Bind::Stack;
  list[3].bind = asx::Bind::None;
  list[4].return_stack = asx::ReturnStack::Memory;
  list[5].entry = asx::EntryPoint::Anywhere;
  list[6].generations = asx::Generations::Off;
  list[7].save = asx::Save::All;
  list[8].save = asx::Save::None;
  list[9].spaces = asx::Spaces::One;
  list[10].operand = asx::OperandStyle::AccessRegister;
  list[10].selector_bits = 8;
  return list;
}

}  // namespace

FuzzCounts fuzz_engine(const FuzzLimits& limits) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(limits.seconds);
  const std::vector<asx::Variant> all = variants();
  std::map<size_t, std::unique_ptr<Trio>> trios;
  FuzzCounts counts;
  for (uint64_t seed = limits.seed;; ++seed) {
    Random random(seed);
    const size_t which = seed % all.size();
    std::unique_ptr<Trio>& trio = trios[which];
    if (!trio) trio = std::make_unique<Trio>(all[which], Runners::All);
    const CodedImage coded = random_machine(random, all[which]);
    const uint64_t before = trio->oracle.steps;
    for (Cpu* cpu : trio->cpus) cpu->start(coded.image);
    std::string text;
    constexpr int kEvents = 40;
    for (int event = 0; event < kEvents && text.empty(); ++event) {
      bool is_over = false;
      text = run_on(*trio, is_over);
      if (is_over) break;
      ++counts.refused;
      if (!go_on(*trio, coded)) break;
    }
    ++counts.programs;
    counts.steps += trio->oracle.steps - before;
    if (!text.empty()) {
      Finding& finding = counts.finding.emplace();
      finding.program.seed = seed;
      finding.program.variant = all[which];
      finding.difference = text;
      return counts;
    }
    if (limits.steps != 0 && counts.steps >= limits.steps) return counts;
    if (limits.seconds != 0 && Clock::now() >= end) return counts;
  }
}

}  // namespace conformance
