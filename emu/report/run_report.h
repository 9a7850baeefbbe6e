// SPDX-License-Identifier: GPL-2.0-or-later
// What a run did, for people and for programs.
#pragma once
#include <string>
#include <vector>

#include "emu/costs/cost_table.h"
#include "emu/machine/statistics.h"
#include "isa-ext/variant/variant.h"

namespace emu {

/// How the run that the statistics belong to was started and ended.
struct RunFacts {
  std::vector<std::string> command;  ///< PROGRAM and ARGS as given
  asx::Variant variant;
  std::string end;                   ///< how it ended: a word of emu/doc/statistics.md
  int exit_status = 0;               ///< of hop
  const CostTable* costs = nullptr;  ///< --costs
};

/// Tables for people, 80 columns wide where names allow; ends with a line break.
[[nodiscard]] std::string statistics_text(const Statistics& statistics, const RunFacts& facts);

/// One JSON object and a line break, as emu/doc/statistics.md describes it. Nothing in it depends on the host's speed,
/// so the same run gives the same bytes.
[[nodiscard]] std::string statistics_json(const Statistics& statistics, const RunFacts& facts);

}  // namespace emu
