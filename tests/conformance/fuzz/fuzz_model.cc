// SPDX-License-Identifier: GPL-2.0-or-later
#include <chrono>

#include "isa-ext/variant/parse.h"
#include "tests/conformance/cpus.h"
#include "tests/conformance/fuzz/fuzz.h"
#include "tests/conformance/fuzz/minimize.h"

namespace conformance {
namespace {

constexpr size_t kActions = 150;

/// Model and oracle with one program.
class BothRunners {
 public:
  explicit BothRunners(const asx::Variant& variant) : oracle_(variant), model_(variant) {}

  void start(const Image& image) {
    oracle_.start(image);
    model_.start(image);
    oracle_.machine.state.event_mask = 0;
    model_.cpu.event_mask = 0;
  }

  /// Does it with both. "" if they agree about everything.
  std::string act(const Action& action) {
    oracle::MaybeFault of_oracle, of_model;
    switch (action.kind) {
      case Action::Execute:
        set_operands(action);
        of_oracle = oracle_.machine.execute({action.opcode, action.r, action.m, 4});
        of_model = model_.execute({action.opcode, action.r, action.m, 4});
        break;
      case Action::SystemCall:
        of_oracle = oracle_.machine.system_call();
        of_model = model_.system_call();
        break;
      case Action::Translate:
        of_oracle = oracle_.machine.translate(action.a, static_cast<asx::Access>(action.r), &of_oracle_physical_);
        of_model = model_.translate(action.a, static_cast<asx::Access>(action.r), of_model_physical_);
        if (!of_oracle && !of_model && of_oracle_physical_ != of_model_physical_) return "physical addresses differ";
        break;
      case Action::Event:
        of_oracle = oracle_.machine.deliver(action.r, static_cast<uint32_t>(action.b), action.a);
        of_model = model_.deliver(action.r, static_cast<uint32_t>(action.b), action.a);
        break;
      case Action::Interrupt: {
        oracle_.machine.state.pending = action.a;
        model_.cpu.pending = asx::asking_lines(model_.cpu, action.a, 0);
        const auto line = oracle_.machine.interrupt();
        if (line != asx::interrupt_to_take(model_.cpu)) return "interrupt lines differ";
        model_.cpu.pending = action.a;  // kept by the platform: the oracle adds the others as it looks
        if (!line) break;
        of_oracle = oracle_.machine.deliver(asx::kVectorInterrupt + *line, 0, 0);
        of_model = model_.deliver(asx::kVectorInterrupt + *line, 0, 0);
        break;
      }
      case Action::Software:
        oracle_.machine.state.rflags = model_.registers.rflags = action.a;
        oracle_.machine.state.fs_base = model_.registers.fs_base = action.b;
        oracle_.machine.state.gs_base = model_.registers.gs_base = ~action.b;
        break;
      case Action::Flip:
        flip(oracle_.ram(), action);
        flip(model_.ram(), action);
        break;
    }
    is_refused_ = of_oracle.has_value();
    if (of_oracle != of_model) return "oracle: " + oracle::text_of(of_oracle) + "; model: " + oracle::text_of(of_model);
    return difference(oracle_, model_.registers, model_.cpu, model_.ram());
  }
  [[nodiscard]] bool is_refused() const { return is_refused_; }

 private:
  void set_operands(const Action& action) {
    // before instructions that take numbers in a register's place these registers change, too: in both alike
    oracle_.gpr(action.r) = model_.gpr(action.r) = action.a;
    oracle_.gpr(action.m) = model_.gpr(action.m) = action.b;
  }
  static void flip(std::span<uint8_t> ram, const Action& action) {
    for (unsigned i = 0; i < action.r; ++i) ram[action.a + i] ^= static_cast<uint8_t>(action.b >> (8 * i));
  }

  OracleCpu oracle_;
  ModelCpu model_;
  uint64_t of_oracle_physical_ = 0, of_model_physical_ = 0;
  bool is_refused_ = false;
};

/// Index of the action after which they differ, and what in.
struct Difference {
  size_t action;
  std::string text;
};

std::optional<Difference> run(const Program& program, FuzzCounts& counts) {
  BothRunners pair(program.variant);
  pair.start(program.image);
  for (size_t i = 0; i < program.actions.size(); ++i) {
    const std::string text = pair.act(program.actions[i]);
    ++counts.steps;
    counts.refused += pair.is_refused() ? 1 : 0;
    if (!text.empty()) return Difference{i, text};
  }
  return std::nullopt;
}

/// Leaves out what can be left out.
Finding shrunk(Program program, Difference difference) {
  FuzzCounts ignored;
  program.actions.resize(difference.action + 1);
  const auto still_differs = [&](const std::vector<Action>& actions) {
    Program shorter = program;
    shorter.actions = actions;
    const auto found = run(shorter, ignored);
    if (found) difference = *found;
    return found.has_value();
  };
  program.actions = minimized(program.actions, still_differs);
  return {std::move(program), difference.text};
}

}  // namespace

FuzzCounts fuzz_model(const FuzzLimits& limits) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(limits.seconds);
  FuzzCounts counts;
  for (uint64_t seed = limits.seed;; ++seed) {
    const Program program = random_program(seed, kActions);
    ++counts.programs;
    if (const auto difference = run(program, counts)) {
      counts.finding = shrunk(program, *difference);
      return counts;
    }
    if (limits.steps != 0 && counts.steps >= limits.steps) return counts;
    if (limits.seconds != 0 && Clock::now() >= end) return counts;
  }
}

std::string to_text(const Finding& finding) {
  std::string text =
      "seed " + std::to_string(finding.program.seed) + "\nvariant " + asx::to_line(finding.program.variant) + "\n";
  for (const Action& action : finding.program.actions) text += "  " + to_text(action) + "\n";
  return text + "differs: " + finding.difference + "\n";
}

}  // namespace conformance
