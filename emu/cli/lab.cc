// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/lab.h"

#include <fmt/format.h>

#include "emu/lab/lab.h"

namespace emu::cli {

Result<LabAnswer> answer_lab(const LabOptions& options) {
  if (options.name.empty()) return LabAnswer{lab::list_labs(), 0};
  const lab::Lab* asked = lab::find_lab(options.name);
  if (asked == nullptr) return Error{fmt::format("there is no lab '{}'; 'hop lab' lists them", options.name)};
  Result<lab::Report> report = asked->run();
  if (!report) return Error{fmt::format("lab {}: {}", options.name, report.error())};
  return LabAnswer{options.is_json ? lab::report_json(asked->name, report.value()) : lab::report_text(report.value()),
                   report.value().passes ? 0 : kLabFailed};
}

}  // namespace emu::cli
