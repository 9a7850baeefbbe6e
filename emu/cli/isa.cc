// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "emu/cli/inspect.h"
#include "isa-ext/encoding/gas_macros.h"
#include "isa-ext/encoding/table.h"

namespace emu::cli {
namespace {

std::string_view operand_name(asx::Operand operand) {
  switch (operand) {
    case asx::Operand::Source:
      return "source";
    case asx::Operand::Target:
      return "target";
    case asx::Operand::FrameField:
      return "frame field";
    case asx::Operand::SystemRegister:
      return "system register";
    case asx::Operand::OperandMode:
      return "operand mode";
    case asx::Operand::SelectorRegister:
      return "selector register";
    case asx::Operand::None:
      break;
  }
  return "";
}

std::string_view flow_name(asx::Flow flow) {
  switch (flow) {
    case asx::Flow::Call:
      return "call";
    case asx::Flow::Return:
      return "return";
    case asx::Flow::Next:
      break;
  }
  return "next";
}

/// "target, source": in the order of assembler.
std::string operands(const asx::InstructionRow& row) {
  const std::string_view first = operand_name(row.reg), second = operand_name(row.rm);
  if (first.empty() || second.empty()) return std::string(first.empty() ? second : first);
  return fmt::format("{}, {}", first, second);
}

/// "0F 0A 04 /r" as in Intel's manuals; "0F 0A 01 C0" for an instruction without operands.
std::string encoding(const asx::InstructionRow& row) {
  const unsigned opcode = row.pattern.match >> 8 & 0xff, modrm = row.pattern.match & 0xff;
  return fmt::format("0F 0A {:02X} {}", opcode,
                     row.pattern.has_reg || row.pattern.has_rm ? "/r" : fmt::format("{:02X}", modrm));
}

bool is_privileged(const asx::InstructionRow& row) {
  return row.privilege == asx::Privilege::Privileged;
}

std::string as_text() {
  std::string text;
  for (const asx::InstructionRow& row : asx::kInstructions) {
    text += fmt::format("{:<9} {:<24} {}  {:<10}  {}\n", row.name, operands(row), encoding(row),
                        is_privileged(row) ? "privileged" : "", row.summary);
  }
  return text;
}

std::string as_markdown() {
  std::string text = "| instruction | operands | encoding | privileged | what it does |\n|---|---|---|---|---|\n";
  for (const asx::InstructionRow& row : asx::kInstructions) {
    text += fmt::format("| `{}` | {} | `{}` | {} | {} |\n", row.name, operands(row), row.pattern_text,
                        is_privileged(row) ? "yes" : "no", row.summary);
  }
  return text;
}

std::string as_json() {
  using Json = nlohmann::ordered_json;
  Json instructions = Json::array();
  for (const asx::InstructionRow& row : asx::kInstructions) {
    Json operand_list = Json::array();
    for (const asx::Operand operand : {row.reg, row.rm}) {
      if (operand != asx::Operand::None) operand_list.push_back(operand_name(operand));
    }
    instructions.push_back({{"name", row.name},
                            {"pattern", row.pattern_text},
                            {"mask", row.pattern.mask},
                            {"match", row.pattern.match},
                            {"operands", operand_list},
                            {"privileged", is_privileged(row)},
                            {"flow", flow_name(row.flow)},
                            {"summary", row.summary}});
  }
  return Json{{"schema", "hopscotch-isa-1"}, {"instructions", instructions}}.dump(2) + "\n";
}

}  // namespace

std::string describe_instructions(const IsaOptions& options) {
  switch (options.form) {
    case IsaOptions::Form::Markdown:
      return as_markdown();
    case IsaOptions::Form::Json:
      return as_json();
    case IsaOptions::Form::Gas:
      return asx::gas_macros();
    case IsaOptions::Form::Text:
      break;
  }
  return as_text();
}

}  // namespace emu::cli
