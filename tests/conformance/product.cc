// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/conformance/product.h"

#include <algorithm>

namespace conformance {

bool ProductResult::agrees() const {
  return differences.empty() && std::ranges::all_of(rows, &Row::agrees);
}

void Tally::predict(const std::string& use, const std::string& outcome, uint64_t count) {
  rows_.push_back({product_, use, outcome, count, 0, 0, 0});
}

void Tally::cell(const std::string& name, const std::string& use, const std::vector<std::string>& outcomes,
                 const std::string& difference) {
  ++cells_;
  if (outcomes.size() == 3) uses_of_engine_.insert(use);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    auto row = std::ranges::find_if(rows_, [&](const Row& r) { return r.use == use && r.outcome == outcomes[i]; });
    if (row == rows_.end()) row = rows_.insert(rows_.end(), {product_, use, outcomes[i], 0, 0, 0, 0});
    ++(i == 0 ? row->oracle : i == 1 ? row->model : *row->engine);
  }
  constexpr size_t kEnough = 20;
  const bool differs =
      !difference.empty() || std::ranges::adjacent_find(outcomes, std::not_equal_to<>()) != outcomes.end();
  if (!differs || differences_.size() == kEnough) return;
  std::string text = name + ":";
  for (const std::string& outcome : outcomes) text += " " + outcome + ";";
  differences_.push_back(text + " " + difference);
}

ProductResult Tally::result() const {
  ProductResult result{rows_, cells_, differences_};
  for (Row& row : result.rows) {
    if (!uses_of_engine_.contains(row.use)) row.engine.reset();
  }
  return result;
}

std::string cause_name(asx::AsCause cause) {
  static constexpr const char* kNames[] = {"None",
                                           "SelectorIndex",
                                           "EntryInvalid",
                                           "EntryKind",
                                           "SlotGeneration",
                                           "SpaceInvalid",
                                           "SpaceGeneration",
                                           "Rights",
                                           "FetchSelector",
                                           "NotCodeSpace",
                                           "GateIndex",
                                           "GateInvalid",
                                           "Authority",
                                           "SecureStackFull",
                                           "PoolEmpty",
                                           "SecureStackEmpty",
                                           "FrameKind",
                                           "ReturnCodeSpace",
                                           "ReturnStackSpace",
                                           "NotStackSpace",
                                           "WidenSpace",
                                           "Privilege",
                                           "NoSyscallGate",
                                           "Operand",
                                           "Addressing",
                                           "ReturnRecord",
                                           "Switch"};
  const auto number = static_cast<size_t>(cause);
  return number < std::size(kNames) ? kNames[number] : "cause " + std::to_string(number);
}

Trio::Trio(const asx::Variant& variant, Runners runners) : oracle(variant), model(variant) {
  cpus = {&oracle, &model};
  if (runners == Runners::OracleAndModel) return;
  engine = std::make_unique<EngineCpu>(variant);
  cpus.push_back(engine.get());
}

std::string Trio::differences() {
  const std::string of_model = difference(oracle, model.registers, model.cpu, model.ram());
  if (!of_model.empty()) return "model: " + of_model;
  if (!engine) return "";
  const std::string of_engine = difference(oracle, engine->registers(), engine->cpu(), engine->ram());
  return of_engine.empty() ? "" : "engine: " + of_engine;
}

}  // namespace conformance
