// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>

#include "tests/conformance/cpus.h"
#include "tests/conformance/fuzz/fuzz.h"
#include "tests/conformance/fuzz/machine_code.h"
#include "tests/conformance/fuzz/minimize.h"
#include "tests/conformance/product.h"

namespace conformance {
namespace {

/// Software in the event's handler: the thread goes on with the attempt after the one that ended here. False: there is
/// none.
bool go_on(Trio& trio, const MachineCode& code) {
  const uint64_t frame_address = trio.oracle.get<uint64_t>(trio.oracle.machine.state.thread + 16) - sizeof(asx::Frame);
  const auto frame = trio.oracle.get<asx::Frame>(frame_address);
  if ((frame.rip & ~asx::kPageMask) != kCodePage) return false;
  const auto next = code.next(frame.cs_id, frame.rip & asx::kPageMask);
  if (!next) return false;
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

/// Runs an image to its end, from bell to bell. "" if all agree.
std::string run_all(Trio& trio, const MachineCode& code, const Image& image, FuzzCounts& counts) {
  const uint64_t before = trio.oracle.steps;
  for (Cpu* cpu : trio.cpus) cpu->start(image);
  std::string text;
  constexpr int kEvents = 40;
  for (int event = 0; event < kEvents && text.empty(); ++event) {
    bool is_over = false;
    text = run_on(trio, is_over);
    if (is_over) break;
    ++counts.refused;
    if (!go_on(trio, code)) break;
  }
  ++counts.programs;
  counts.steps += trio.oracle.steps - before;
  return text;
}

/// Leaves out attempts, and says what is left.
std::string shrunk(Trio& trio, const MachineCode& code, const std::string& first) {
  FuzzCounts ignored;
  std::string text = first;
  const auto still_differs = [&](const std::vector<size_t>& numbers) {
    const std::string found = run_all(trio, code, code.with_only(numbers), ignored);
    if (!found.empty()) text = found;
    return !found.empty();
  };
  std::vector<size_t> all(code.attempts.size());
  std::iota(all.begin(), all.end(), size_t{0});
  std::string attempts;
  for (const size_t number : minimized(all, still_differs)) attempts += "\n  " + code.text_of(number);
  return text + attempts;
}

/// Variants that matter to programs with tagged operands; an engine is made for each once.
std::vector<asx::Variant> variants() {
  std::vector<asx::Variant> list(15);
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
  list[11] = list[4];
  list[11].generations = asx::Generations::Off;
  list[12] = list[3];
  list[12].save = asx::Save::All;
  list[13].selector_bits = 4;
  list[13].entry = asx::EntryPoint::Anywhere;
  list[14] = list[4];
  list[14].bind = asx::Bind::Stack;
  list[14].save = asx::Save::None;
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
    const MachineCode code = random_machine_code(random, all[which]);
    const std::string text = run_all(*trio, code, code.image, counts);
    if (!text.empty()) {
      Finding& finding = counts.finding.emplace();
      finding.program.seed = seed;
      finding.program.variant = all[which];
      finding.difference = shrunk(*trio, code, text);
      return counts;
    }
    if (limits.steps != 0 && counts.steps >= limits.steps) return counts;
    if (limits.seconds != 0 && Clock::now() >= end) return counts;
  }
}

}  // namespace conformance
