// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/costs/cost_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>

namespace emu {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] = "hopscotch-costs-1";
constexpr double kDearest = 1e9;  // cycles
constexpr double kMillicycles = 1000;

/// Thrown and caught in this file only; becomes an Error.
struct Mistake {
  std::string sentence;
};

Json parse_json(std::string_view text) {
  // JSON says nothing about a key that comes twice, and the library keeps the last: here it is a mistake.
  std::vector<std::set<std::string>> keys;
  const auto notice = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw Mistake{fmt::format("has '{}' twice; leave one out", value.get<std::string>())};
    }
    return true;
  };
  try {
    return Json::parse(text, notice);
  } catch (const Json::parse_error& wrong) {
    const size_t end = std::min(wrong.byte, text.size());
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n') + 1;
    throw Mistake{fmt::format("is no JSON (line {})", line)};
  }
}

void check_keys(const Json& object, std::string_view where, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    throw Mistake{fmt::format("has an unknown key '{}' {}; known are {}", key, where, fmt::join(known, ", "))};
  }
}

std::string read_text(const Json& object, const char* key, std::string_view where) {
  const auto found = object.find(key);
  if (found == object.end()) throw Mistake{fmt::format("has no '{}' {}", key, where)};
  if (!found->is_string() || found->get_ref<const std::string&>().empty()) {
    throw Mistake{fmt::format("needs a text for '{}' {}", key, where)};
  }
  return found->get<std::string>();
}

const Json& read_object(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) throw Mistake{fmt::format("has no '{}'", key)};
  if (!found->is_object()) throw Mistake{fmt::format("needs an object for '{}'", key)};
  return *found;
}

uint64_t read_cycles(const Json& price, std::string_view counter) {
  const auto found = price.find("cycles");
  if (found == price.end()) throw Mistake{fmt::format("has no 'cycles' for '{}'", counter)};
  if (!found->is_number()) throw Mistake{fmt::format("needs a number for the cycles of '{}'", counter)};
  const auto cycles = found->get<double>();
  if (cycles < 0) throw Mistake{fmt::format("has a negative cost for '{}'; costs are 0 or more cycles", counter)};
  const double millicycles = std::round(cycles * kMillicycles);
  if (cycles > kDearest || std::abs(millicycles - cycles * kMillicycles) > 1e-6 * kMillicycles) {
    throw Mistake{fmt::format("has {} cycles for '{}'; a cost has at most three decimals and is at most {:.0f}",
                              found->dump(), counter, kDearest)};
  }
  return static_cast<uint64_t>(millicycles);
}

Price read_price(const Json& prices, std::string_view counter, const std::vector<CostSource>& sources) {
  const auto found = prices.find(std::string(counter));
  if (found == prices.end()) {
    throw Mistake{fmt::format("has no cost for '{}'; give one to every counter, 0 if it is to cost nothing", counter)};
  }
  if (!found->is_object()) throw Mistake{fmt::format("needs an object for '{}'", counter)};
  const std::string where = fmt::format("for '{}'", counter);
  check_keys(*found, where, {"cycles", "what", "source"});
  Price price{read_cycles(*found, counter), read_text(*found, "what", where), read_text(*found, "source", where)};
  if (std::ranges::find(sources, price.source, &CostSource::key) == sources.end()) {
    throw Mistake{fmt::format("has no '{}' among its sources, which '{}' names", price.source, counter)};
  }
  return price;
}

CostTable read_table(std::string_view text) {
  const Json json = parse_json(text);
  if (!json.is_object()) throw Mistake{"is no JSON object"};
  constexpr std::string_view kTop = "at the top";
  check_keys(json, kTop, {"schema", "name", "title", "about", "sources", "costs"});
  if (const std::string schema = read_text(json, "schema", kTop); schema != kSchema) {
    throw Mistake{fmt::format("has the schema '{}'; this program reads '{}'", schema, kSchema)};
  }
  CostTable table{
      read_text(json, "name", kTop), read_text(json, "title", kTop), read_text(json, "about", kTop), {}, {}};
  const Json& sources = read_object(json, "sources");
  for (const auto& [key, value] : sources.items()) {
    table.sources.push_back({key, read_text(sources, key.c_str(), "among the sources")});
  }
  const Json& prices = read_object(json, "costs");
  for (const auto& [key, value] : prices.items()) {
    if (std::ranges::find(counter_rows(), key, &CounterRow::name) != counter_rows().end()) continue;
    throw Mistake{fmt::format("has a cost for '{}', which is no counter; 'hop costs counters' lists them", key)};
  }
  for (const CounterRow& row : counter_rows()) table.prices.push_back(read_price(prices, row.name, table.sources));
  return table;
}

std::string builtin_names() {
  std::vector<std::string> names;
  for (const std::string_view text : builtin_cost_tables()) names.push_back(read_table(text).name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Result<CostTable> read_cost_table(std::string_view text) {
  try {
    return read_table(text);
  } catch (const Mistake& mistake) {
    return Error{mistake.sentence};
  }
}

Result<std::string> find_cost_table(const std::string& name_or_file) {
  for (const std::string_view text : builtin_cost_tables()) {
    if (read_table(text).name == name_or_file) return std::string(text);
  }
  std::ifstream file(name_or_file, std::ios::binary);
  std::ostringstream content;
  if (!name_or_file.empty() && file && content << file.rdbuf() && file) return content.str();
  const bool looks_like_file = name_or_file.find_first_of("/.") != std::string::npos;
  if (looks_like_file) return Error{fmt::format("--costs={}: the file cannot be read", name_or_file)};
  return Error{fmt::format("there is no cost table '{}', and no file of that name; tables are {}", name_or_file,
                           builtin_names())};
}

Result<CostTable> load_cost_table(const std::string& name_or_file) {
  Result<std::string> text = find_cost_table(name_or_file);
  if (!text) return Error{text.error()};
  Result<CostTable> table = read_cost_table(text.value());
  if (!table) return Error{fmt::format("--costs={}: the table {}", name_or_file, table.error())};
  return table;
}

}  // namespace emu
