// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the comparisons side by side and prints ratios; the rounds alternate, because a machine's speed drifts, and the
// best of each is taken. Judges nothing.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/host/run_command.h"

namespace {

constexpr int kRounds = 5;
constexpr double kCalls = 1000000, kSystemCalls = 100000;

struct Timed {
  double seconds;
  test::Outcome outcome;
};

Timed run(const std::vector<std::string>& arguments) {
  test::Command command;
  command.arguments = arguments;
  const auto start = std::chrono::steady_clock::now();
  test::Outcome outcome = test::run_command(command);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (outcome.status != 0) {
    std::fprintf(stderr, "bench: %s ended with status %d\n%s", arguments[0].c_str(), outcome.status,
                 outcome.errors.c_str());
    std::exit(1);
  }
  return {taken.count(), outcome};
}

/// The smaller of what is known and a new measurement.
void keep_best(double& best, double seconds) {
  best = best == 0 ? seconds : std::min(best, seconds);
}

std::vector<std::string> on_machine(std::vector<std::string> program) {
  program.insert(program.begin(), {HOP_PROGRAM, "run", "--quiet"});
  return program;
}

void compare_compute() {
  const std::string program = HOP_BENCH "/cpu";
  double plain = 0, counting = 0, machine = 0, nothing = 0;
  for (int round = 0; round < kRounds; ++round) {
    keep_best(plain, run({HOP_BENCH "/plain_unicorn", program, "3"}).seconds);
    keep_best(counting, run({HOP_BENCH "/plain_unicorn", "--count", program, "3"}).seconds);
    keep_best(machine, run(on_machine({program, "3"})).seconds);
    keep_best(nothing, run(on_machine({program, "0"})).seconds);
  }
  std::printf("compute, seconds: build/hop run build/tests/bench/cpu 3\n");
  std::printf("  plain Unicorn                 %7.3f\n", plain);
  std::printf("  plain, with an empty hook     %7.3f   ratio %.2f\n", counting, counting / plain);
  std::printf("  the machine, boot included    %7.3f   ratio %.2f\n", machine, machine / plain);
  std::printf("  the machine, boot subtracted  %7.3f   ratio %.2f\n", machine - nothing, (machine - nothing) / plain);
}

void compare_calls() {
  double bare = 0, many = 0, none = 0;
  for (int round = 0; round < kRounds; ++round) {
    keep_best(bare, std::atof(run({HOP_BENCH "/bare_hop", "1000000"}).outcome.output.c_str()));
    keep_best(many, run(on_machine({HOP_GUEST "/null_gate_many.elf"})).seconds);
    keep_best(none, run(on_machine({HOP_GUEST "/null_gate_none.elf"})).seconds);
  }
  const double call = (many - none) / kCalls * 1e9;
  std::printf(
      "null gate call and return, nanoseconds: build/hop run build/guest/null_gate_many.elf (a million of them)\n");
  std::printf("  two bare hops of the engine   %7.0f\n", 2 * bare);
  std::printf("  call and return               %7.0f   ratio %.2f\n", call, call / (2 * bare));
}

void compare_system_calls() {
  const std::string program = HOP_BENCH "/getppid";
  double many = 0, none = 0;
  for (int round = 0; round < kRounds; ++round) {
    keep_best(many, run(on_machine({program, "100000"})).seconds);
    keep_best(none, run(on_machine({program, "0"})).seconds);
  }
  const auto hops = [&](const char* times) {
    const std::string text = run({HOP_PROGRAM, "run", "--quiet", "--stats=json", program, times}).outcome.errors;
    const size_t at = text.find("\"gate_calls\":");
    return std::atof(text.c_str() + at + sizeof "\"gate_calls\":");
  };
  std::printf("getppid: build/hop run --stats build/tests/bench/getppid 100000\n");
  std::printf("  each                          %7.2f   microseconds\n", (many - none) / kSystemCalls * 1e6);
  std::printf("  hops each                     %7.2f   gate calls\n", (hops("100000") - hops("0")) / kSystemCalls);
}

void compare_modelling() {
  const std::string program = HOP_BENCH "/cpu";
  const auto measure = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> command = {HOP_PROGRAM, "run", "--quiet", "--stats"};
    command.insert(command.end(), flags.begin(), flags.end());
    command.insert(command.end(), {program, "1"});
    return run(command).seconds;
  };
  double plain = 0;
  for (int round = 0; round < kRounds; ++round) keep_best(plain, measure({}));
  const double modelled = measure({"--tlb=tagged"});
  std::printf("modelled TLB, seconds: build/hop run --stats --tlb=tagged build/tests/bench/cpu 1\n");
  std::printf("  without it                    %7.3f\n", plain);
  std::printf("  with every access counted     %7.3f   ratio %.1f\n", modelled, modelled / plain);
}

}  // namespace

int main() {
  compare_compute();
  compare_calls();
  compare_system_calls();
  compare_modelling();
}
