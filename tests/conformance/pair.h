// SPDX-License-Identifier: GPL-2.0-or-later
// Oracle and model side by side: each thing is done with both, and they must agree about everything.
#pragma once
#include <catch2/catch_test_macros.hpp>

#include "tests/conformance/cpus.h"

namespace conformance {

class Pair {
 public:
  explicit Pair(const asx::Variant& variant) : oracle_(variant), model_(variant) {}

  void start(const Image& image) {
    oracle_.start(image);
    model_.start(image);
  }
  /// With a in register r and b in register m before it.
  oracle::MaybeFault execute(uint8_t opcode, uint8_t r, uint8_t m, uint64_t a, uint64_t b) {
    if (opcode != 0x01 && opcode != 0x03) {
      oracle_.gpr(r) = model_.gpr(r) = a;
      oracle_.gpr(m) = model_.gpr(m) = b;
    }
    return agreed(oracle_.machine.execute({opcode, r, m, 4}), model_.execute({opcode, r, m, 4}));
  }
  oracle::MaybeFault deliver(uint32_t vector, uint32_t error, uint64_t address) {
    return agreed(oracle_.machine.deliver(vector, error, address), model_.deliver(vector, error, address));
  }
  /// The physical address; no value: last_fault().
  std::optional<uint64_t> translate(uint64_t address, asx::Access access) {
    uint64_t physical = 0, of_model = 0;
    if (agreed(oracle_.machine.translate(address, access, &physical), model_.translate(address, access, of_model))) {
      return std::nullopt;
    }
    CHECK(physical == of_model);
    return physical;
  }
  void put(uint64_t address, uint64_t value) {
    oracle_.put(address, value);
    model_.put(address, value);
  }
  [[nodiscard]] std::span<uint8_t> ram() { return oracle_.ram(); }
  [[nodiscard]] uint64_t gpr(unsigned n) { return oracle_.gpr(n); }
  [[nodiscard]] uint64_t rip() { return oracle_.rip(); }
  [[nodiscard]] uint32_t ss() const { return oracle_.machine.state.ss.id; }
  [[nodiscard]] const oracle::MaybeFault& last_fault() const { return last_fault_; }

 private:
  oracle::MaybeFault agreed(const oracle::MaybeFault& of_oracle, const oracle::MaybeFault& of_model) {
    if (of_oracle != of_model) FAIL_CHECK("oracle " << text_of(of_oracle) << ", model " << text_of(of_model));
    const std::string differs = difference(oracle_, model_.registers, model_.cpu, model_.ram());
    if (!differs.empty()) FAIL_CHECK(differs);
    return last_fault_ = of_oracle;
  }

  OracleCpu oracle_;
  ModelCpu model_;
  oracle::MaybeFault last_fault_;
};

}  // namespace conformance
