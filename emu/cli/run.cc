// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/run.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "emu/cli/boot_contents.h"
#include "emu/cli/stop_signals.h"
#include "emu/image/host_file.h"
#include "emu/machine/machine.h"
#include "emu/report/run_report.h"

namespace emu::cli {
namespace {

constexpr uint64_t kNanoseconds = 1'000'000'000;

enum SerialLine { kProgramLine = 0, kErrorLine = 1, kLogLine = 2 };

uint64_t host_clock_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

MachineOptions machine_options(const RunOptions& options) {
  MachineOptions machine;
  machine.memory = options.memory;
  machine.limit = options.limit;
  machine.realtime = options.is_realtime;
  machine.wall_clock_ns = options.clock_seconds ? *options.clock_seconds * kNanoseconds : host_clock_ns();
  machine.random_seed = options.seed;
  machine.quantum = options.quantum;
  machine.check_interval = options.check_interval;
  machine.cpus = options.cpus;
  machine.schedule_seed = options.schedule_seed;
  machine.turn = options.turn;
  machine.variant = options.variant;
  machine.model_memory = options.models_memory;
  machine.serial[kProgramLine] = {STDIN_FILENO, STDOUT_FILENO};
  machine.serial[kErrorLine] = {-1, STDERR_FILENO};
  // --strace speaks through the log; the kernel itself obeys --quiet.
  const bool has_log = !options.is_quiet || options.trace_system_calls;
  machine.serial[kLogLine] = {-1, has_log ? STDERR_FILENO : -1};
  return machine;
}

void describe_terminals(BootImage& image) {
  // A line is one device to the guest, so line 0 is a terminal only if both its ends are.
  if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) image.console_terminals |= 1u << kProgramLine;
  if (isatty(STDERR_FILENO) != 0) image.console_terminals |= 1u << kErrorLine;
  struct winsize size {};
  if (image.console_terminals != 0 &&
      (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 || ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0)) {
    image.console_rows = size.ws_row;
    image.console_columns = size.ws_col;
  }
}

/// A word of emu/doc/statistics.md, the exit status, and what to tell the user.
struct Ending {
  std::string word;
  int status;
  std::string message;
};

Ending ending_of(const RunResult& result, const RunOptions& options, int signal_number) {
  switch (result.reason) {
    case EndReason::PowerOff:
      return {"exit", result.exit_status, ""};
    case EndReason::LimitReached:
      return {"limit", kLimit, fmt::format("ended at the limit of {} instructions (--limit)", options.limit)};
    case EndReason::Deadlock:
      return {"deadlock", kDeadlock, "deadlock: nothing in the guest can ever run again: " + result.detail};
    case EndReason::MachineCheck:
      return {"machine-check", kMachineCheck, "the machine cannot go on: " + result.detail};
    case EndReason::Interrupted:
      break;
  }
  // Nobody reads the program's output any more. As a shell does, nothing is said about that.
  if (signal_number == 0) return {"interrupted", kSignal + SIGPIPE, ""};
  return {"interrupted", kSignal + signal_number, "interrupted"};
}

/// Where the statistics go.
class StatisticsOutput {
 public:
  ~StatisticsOutput() {
    if (file_ != nullptr && file_ != stderr) std::fclose(file_);
  }
  [[nodiscard]] MaybeError open(const std::string& path) {
    file_ = path.empty() ? stderr : std::fopen(path.c_str(), "w");
    if (file_ != nullptr) return std::nullopt;
    return Error{fmt::format("--stats-file={}: {}; name a file that can be written", path, error_text(errno))};
  }
  [[nodiscard]] bool write(const std::string& text) {
    return std::fputs(text.c_str(), file_) >= 0 && std::fflush(file_) == 0;
  }

 private:
  std::FILE* file_ = nullptr;
};

}  // namespace

int report_error(const std::string& sentence) {
  std::fprintf(stderr, "hop: %s\n", sentence.c_str());
  return kUsage;
}

int run(const RunOptions& options, std::span<const std::byte> kernel, const std::vector<BuiltinService>& services) {
  Result<BootContents> contents = BootContents::create(options, kernel, services);
  if (!contents) return report_error(contents.error());
  Result<std::unique_ptr<Machine>> created = Machine::create(machine_options(options));
  if (!created) return report_error(created.error());
  Machine& machine = *created.value();
  {
    BootImage image = contents.value().image(options);
    describe_terminals(image);
    if (MaybeError wrong = machine.load(image)) return report_error(wrong->sentence);
  }
  StatisticsOutput output;
  if (options.statistics != StatisticsForm::None) {
    if (MaybeError wrong = output.open(options.statistics_file)) return report_error(wrong->sentence);
  }
  if (!options.is_quiet) {
    for (const std::string& warning : contents.value().warnings()) report_error(warning);
  }

  RunResult result;
  int signal_number = 0;
  {
    const StopSignals signals(machine);
    result = machine.run();
    signal_number = signals.received();
  }
  const Ending ending = ending_of(result, options, signal_number);
  if (!ending.message.empty() && !options.is_quiet) report_error(ending.message);
  if (options.statistics == StatisticsForm::None) return ending.status;
  const RunFacts facts{options.command_line, options.variant, ending.word, ending.status,
                       options.costs ? &*options.costs : nullptr};
  const Statistics statistics = machine.statistics();
  const std::string text = options.statistics == StatisticsForm::Json ? statistics_json(statistics, facts)
                                                                      : statistics_text(statistics, facts);
  if (!output.write(text)) return report_error("cannot write the statistics: " + error_text(errno));
  return ending.status;
}

}  // namespace emu::cli
