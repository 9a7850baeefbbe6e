// SPDX-License-Identifier: GPL-2.0-or-later
// hop: the command line of the emulator.
#include <clocale>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "emu/cli/inspect.h"
#include "emu/cli/lab.h"
#include "emu/cli/options.h"
#include "emu/cli/run.h"
#include "emu/cli/version.h"
#include "emu/image/builtin.h"

namespace {

using emu::cli::report_error;

int print(const std::string& text) {
  const bool is_written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  return is_written ? 0 : report_error("cannot write to standard output");
}

int perform(const emu::cli::Information& information) {
  return print(information.text);
}

int perform(const emu::cli::RunOptions& options) {
  return emu::cli::run(options, emu::builtin_kernel(), emu::builtin_services());
}

int perform(const emu::cli::VariantOptions& options) {
  return print(emu::cli::describe_variants(options));
}

int perform(const emu::cli::CostsOptions& options) {
  emu::Result<std::string> text = emu::cli::describe_costs(options);
  return text ? print(text.value()) : report_error(text.error());
}

int perform(const emu::cli::IsaOptions& options) {
  return print(emu::cli::describe_instructions(options));
}

int perform(const emu::cli::LabOptions& options) {
  emu::Result<emu::cli::LabAnswer> answer = emu::cli::answer_lab(options);
  if (!answer) return report_error(answer.error());
  const int status = print(answer.value().text);
  return status != 0 ? status : answer.value().status;
}

int perform(const emu::cli::DisassembleOptions& options) {
  if (emu::MaybeError wrong = emu::cli::disassemble_file(options, stdout)) return report_error(wrong->sentence);
  return print("");
}

}  // namespace

int main(int argument_count, char** arguments) {
  emu::Result<emu::cli::Invocation> invocation = emu::cli::parse(
      std::vector<std::string>(arguments + (argument_count > 0), arguments + argument_count), emu::cli::version_text);
  if (!invocation) return report_error(invocation.error());
  return std::visit([](const auto& options) { return perform(options); }, invocation.value());
}
