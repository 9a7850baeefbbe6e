// SPDX-License-Identifier: GPL-2.0-or-later
// The command line as data. parse.cc makes it of argv.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "emu/costs/cost_table.h"
#include "emu/platform/result.h"
#include "isa-ext/variant/variant.h"

namespace emu::cli {

/// Exit statuses of hop that are not the guest's (hop run --help).
enum ExitStatus : int {
  kLabFailed = 1,  ///< hop lab: something is not as it has to be
  kUsage = 2,
  kDeadlock = 70,
  kMachineCheck = 71,
  kLimit = 124,
  kSignal = 128,  ///< + number of the signal that ended hop's run
};

/// 2026-01-01 00:00:00 UTC: where the guest's wall clock starts unless --clock says otherwise, so that runs repeat.
constexpr uint64_t kDefaultClockSeconds = 1'767'225'600;

/// The guest's environment before --env.
[[nodiscard]] const std::vector<std::string>& default_environment();

enum class StatisticsForm { None, Text, Json };

struct RunOptions {
  /// One entry a program: PROGRAM and its ARGS; several with --sequence. None is empty.
  std::vector<std::vector<std::string>> commands;
  std::vector<std::string> command_line;  ///< as given, --then included
  std::string root;                       ///< host directory; empty = made of what the command names
  std::vector<std::string> environment;   ///< NAME=VALUE, the default one included
  StatisticsForm statistics = StatisticsForm::None;
  std::string statistics_file;  ///< empty = stderr
  std::optional<CostTable> costs;
  bool models_memory = false;  ///< count accesses and the modelled TLBs' misses
  bool trace_system_calls = false;
  bool is_quiet = false;
  uint64_t limit = 0;
  uint64_t memory = uint64_t{1} << 30;
  bool is_realtime = false;
  std::optional<uint64_t> clock_seconds = kDefaultClockSeconds;  ///< nothing = the host's clock
  uint64_t seed = 0;
  uint32_t quantum = 0;
  uint32_t check_interval = 0;
  uint32_t cpus = 1;
  uint64_t schedule_seed = 0;
  uint32_t turn = 1000;  ///< instructions, on average
  std::string kernel_file;
  std::vector<std::string> service_files;
  asx::Variant variant;
};

struct VariantOptions {
  enum class Action { List, Show, Check };
  Action action = Action::List;
  asx::Variant variant;
};

struct IsaOptions {
  enum class Form { Text, Markdown, Json, Gas };
  Form form = Form::Text;
};

struct CostsOptions {
  enum class Action { List, Show, Counters };
  Action action = Action::List;
  std::string table;  ///< Show: NAME|FILE
};

struct LabOptions {
  std::string name;  ///< empty: list them
  bool is_json = false;
};

struct DisassembleOptions {
  std::string file;
};

/// Text asked for: --help, --version.
struct Information {
  std::string text;
};

using Invocation =
    std::variant<Information, RunOptions, VariantOptions, CostsOptions, IsaOptions, LabOptions, DisassembleOptions>;

/// Arguments without argv[0]. `version` makes what --version prints.
[[nodiscard]] Result<Invocation> parse(std::vector<std::string> arguments, const std::function<std::string()>& version);

}  // namespace emu::cli
