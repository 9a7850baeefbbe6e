// SPDX-License-Identifier: GPL-2.0-or-later
// hop lab attacks: each attack succeeds exactly where the manual says that it does.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "emu/lab/lab.h"
#include "emu/lab/native_run.h"
#include "isa-ext/variant/parse.h"

// Made by the build from the ELF files (emu/image/embed.cmake).
extern "C" {
#define ATTACK(name, ...) extern const std::byte hop_image_##name[], hop_image_##name##_end[];
#include "examples/attacks/attacks.def"
#undef ATTACK
}

namespace emu::lab {
namespace {

/// Exit statuses of the attacks (examples/attacks/support/report.h).
enum AttackStatus { kSucceeded = 0, kRefused = 1 };

/// One row of attacks.def.
struct Attack {
  std::string name;
  std::vector<std::string> settings;  ///< "flag=value"; each invites it, the first is the one it is about
  std::string section, with_value, by_default;
  std::span<const std::byte> elf;
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::vector<Attack> attacks_of_table() {
  return {
#define ATTACK(name, settings, section, with_value, by_default) \
  {#name, words_of(settings), section, with_value, by_default, {hop_image_##name, hop_image_##name##_end}},
#include "examples/attacks/attacks.def"
#undef ATTACK
  };
}

/// A machine to attack.
struct Setting {
  std::string options;  ///< as the user gives them
  asx::Variant variant;
};

/// choice: "flag=value".
void choose(Setting& setting, std::string_view choice) {
  const size_t equals = choice.find('=');
  setting.options += fmt::format("{}--{}", setting.options.empty() ? "" : " ", choice);
  // names come from tables
  if (asx::set_flag(setting.variant, choice.substr(0, equals), choice.substr(equals + 1))) std::abort();
}

/// The default, each other choice of each flag by itself, and all the values together that invite an attack. With
/// --spaces=one the programs have nowhere to put what is to be stolen.
std::vector<Setting> settings(const std::vector<Attack>& attacks) {
  std::vector<Setting> list = {{}};
  for (const asx::VariantFlag& flag : asx::variant_flags()) {
    for (uint32_t value = 0; value < flag.choices.size(); ++value) {
      if (value == flag.default_value) continue;
      Setting setting;
      choose(setting, fmt::format("{}={}", flag.name, flag.choices[value]));
      const bool is_runnable = setting.variant.spaces == asx::Spaces::Many;
      if (is_runnable && !asx::validate(setting.variant)) list.push_back(std::move(setting));
    }
  }
  Setting all;
  for (const Attack& attack : attacks) choose(all, attack.settings.front());
  list.push_back(std::move(all));
  return list;
}

bool is_invited(const Attack& attack, const asx::Variant& variant) {
  return std::ranges::any_of(asx::variant_flags(), [&](const asx::VariantFlag& flag) {
    const std::string choice = fmt::format("{}={}", flag.name, flag.text(flag.get(variant)));
    return std::ranges::find(attack.settings, choice) != attack.settings.end();
  });
}

std::string last_line(const std::string& text) {
  const size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return "no output";
  const size_t before = text.rfind('\n', end);
  return text.substr(before + 1, end - before);
}

/// "succeeds" or "refused" if that, and exactly that, is what the table says, else what happened instead.
std::string judge(const Attack& attack, bool is_expected, const NativeOutcome& outcome) {
  const bool has_exited = outcome.result.reason == EndReason::PowerOff;
  const int status = outcome.result.exit_status;
  const std::string& lines = is_expected ? attack.with_value : attack.by_default;
  if (has_exited && status == (is_expected ? kSucceeded : kRefused) && outcome.output.ends_with(lines)) {
    return is_expected ? "succeeds" : "refused";
  }
  const std::string end = has_exited ? fmt::format("status {}", status) : outcome.result.detail;
  return fmt::format("NOT {}: {}, {}", is_expected ? "succeeding" : "refused", end, last_line(outcome.output));
}

}  // namespace

Result<Report> attacks() {
  const std::vector<Attack> all = attacks_of_table();
  Report report;
  report.introduction =
      "Each program of examples/attacks tries what one check of the machine is there to stop. It must succeed with\n"
      "the value that takes the check away, and be refused by default and with every other choice. A cell that is\n"
      "not as the manual says begins with NOT.\n";
  report.passes = true;

  Table refusals{"by default", {"attack", "succeeds with", "manual", "last line by default"}, {}};
  Table outcomes{"outcomes", {"variant"}, {}};
  for (const Attack& attack : all) {
    outcomes.columns.push_back(attack.name);
    refusals.rows.push_back(
        {attack.name, fmt::format("--{}", fmt::join(attack.settings, ", --")), attack.section, nullptr});
  }
  for (const Setting& setting : settings(all)) {
    const bool is_default = setting.options.empty();
    std::vector<nlohmann::ordered_json> row = {is_default ? "default" : setting.options};
    for (size_t i = 0; i < all.size(); ++i) {
      Result<NativeOutcome> outcome = run_native({all[i].name, all[i].elf, setting.variant});
      if (!outcome) return Error{outcome.error()};
      const std::string judgement = judge(all[i], is_invited(all[i], setting.variant), outcome.value());
      report.passes = report.passes && !judgement.starts_with("NOT");
      row.push_back(judgement);
      if (is_default) refusals.rows[i].back() = last_line(outcome.value().output);
    }
    outcomes.rows.push_back(std::move(row));
  }
  report.remarks.push_back("--spaces=one is left out: the attacks keep what is to be stolen in spaces of their own.");
  report.tables = {std::move(refusals), std::move(outcomes)};
  return report;
}

}  // namespace emu::lab
