// SPDX-License-Identifier: GPL-2.0-or-later
// Full products: every combination of some circumstances is a cell, run by oracle, model and engine. How many cells end
// in which way is stated beforehand, from the manual, and compared with what is observed.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "isa-ext/variant/variant.h"
#include "tests/conformance/cpus.h"

namespace conformance {

/// One outcome of one use: the count stated, and those observed.
struct Row {
  std::string product, use, outcome;
  uint64_t predicted = 0, oracle = 0, model = 0;
  std::optional<uint64_t> engine;  ///< no value: the engine does not run these cells

  [[nodiscard]] bool agrees() const {
    return oracle == predicted && model == predicted && engine.value_or(predicted) == predicted;
  }
};

struct ProductResult {
  std::vector<Row> rows;
  uint64_t cells = 0;
  std::vector<std::string> differences;  ///< a sentence for each cell in which two of the three differ, at most a few
  [[nodiscard]] bool agrees() const;
};

/// Which of the CPUs run the cells.
enum class Runners { OracleAndModel, All };

/// 2 privileges x 2 halves x 9 states of the selector x 3 rights or authorities x 7 uses x 2 (cold, warm) x 4 contexts:
/// 6,048 cells. Under another variant than the default nothing is predicted, and the CPUs are compared only.
[[nodiscard]] ProductResult run_selector_product(const asx::Variant& variant, Runners runners);

/// 2 privileges x 4 levels of page tables x 6 states of the entry x 3 accesses: 144 cells.
[[nodiscard]] ProductResult run_page_product(const asx::Variant& variant, Runners runners);

/// gret and widen x 4 kinds of top frame x 4 states of its code space x 4 of its stack space x 4 of its pool slot: 512
/// cells. The engine runs those of gret; of a widen the code space is CS, and a dead CS does not come to its
/// instruction.
[[nodiscard]] ProductResult run_return_product(const asx::Variant& variant, Runners runners);

/// Collects a product's cells.
class Tally {
 public:
  explicit Tally(std::string product) : product_(std::move(product)) {}
  void predict(const std::string& use, const std::string& outcome, uint64_t count);
  void cell(const std::string& name, const std::string& use, const std::vector<std::string>& outcomes,
            const std::string& difference);
  [[nodiscard]] ProductResult result() const;

 private:
  std::string product_;
  std::vector<Row> rows_;
  std::set<std::string> uses_of_engine_;
  uint64_t cells_ = 0;
  std::vector<std::string> differences_;
};

/// "SelectorIndex" and so on; of causes that have no name here the number.
[[nodiscard]] std::string cause_name(asx::AsCause cause);

/// Starts each of the CPUs with the image and runs it; at the first bell `change` is made to memory and it goes on to
/// the second. What is read at the end is the CPUs' own memory.
struct Trio {
  Trio(const asx::Variant& variant, Runners runners);
  /// How the second event frame is to be named: its own words for vector, error code, address, RDX.
  template <typename Change, typename Name>
  void run(const Image& image, const Change& change, const Name& name) {
    outcomes.clear();
    for (Cpu* cpu : cpus) {
      cpu->start(image);
      RunEnd end = cpu->run_to_bell();
      if (end.empty()) {
        change(*cpu);
        end = cpu->run_to_bell();
      }
      outcomes.push_back(end.empty() ? name(cpu->top_frame()) : end);
    }
  }
  /// After run(): what model and engine differ in from the oracle, every register and byte of memory; "" if nothing.
  [[nodiscard]] std::string differences();

  OracleCpu oracle;
  ModelCpu model;
  std::unique_ptr<EngineCpu> engine;
  std::vector<Cpu*> cpus;
  std::vector<std::string> outcomes;  ///< of oracle, model, engine
};

}  // namespace conformance
