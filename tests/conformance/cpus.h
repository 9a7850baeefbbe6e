// SPDX-License-Identifier: GPL-2.0-or-later
// The three that have to agree: the oracle, the model of isa-ext, and the engine.
#pragma once
#include <memory>
#include <string>

#include "isa-ext/model/operations.h"
#include "isa-ext/model/translate.h"
#include "tests/conformance/image.h"
#include "tests/conformance/oracle/oracle.h"

namespace conformance {

/// What a run ended with: "" at the bell (image.h), else why it did not come there.
using RunEnd = std::string;

constexpr uint64_t kStepLimit = 2000;

/// Something that runs an image.
class Cpu {
 public:
  virtual ~Cpu() = default;
  virtual void start(const Image& image) = 0;
  [[nodiscard]] virtual RunEnd run_to_bell() = 0;
  [[nodiscard]] virtual std::span<uint8_t> ram() = 0;

  template <typename T>
  [[nodiscard]] T get(uint64_t address) {
    T value;
    std::memcpy(&value, ram().data() + address, sizeof value);
    return value;
  }
  template <typename T>
  void put(uint64_t address, const T& value) {
    std::memcpy(ram().data() + address, &value, sizeof value);
  }
  /// The frame on top of the first thread's secure stack, and where it lies.
  [[nodiscard]] uint64_t top_frame_address() { return get<uint64_t>(kThread + 16) - sizeof(asx::Frame); }
  [[nodiscard]] asx::Frame top_frame() { return get<asx::Frame>(top_frame_address()); }
};

class OracleCpu : public Cpu {
 public:
  explicit OracleCpu(const asx::Variant& variant);
  void start(const Image& image) override;
  [[nodiscard]] RunEnd run_to_bell() override;
  [[nodiscard]] std::span<uint8_t> ram() override { return machine.memory.bytes(); }

  [[nodiscard]] uint64_t& rip() { return machine.state.rip; }
  [[nodiscard]] uint64_t& gpr(unsigned n) { return machine.state.gpr[n]; }
  oracle::MaybeFault translate(uint64_t address, asx::Access access, uint64_t& physical) {
    return machine.translate(address, access, &physical);
  }
  std::optional<oracle::MaybeFault> extension(std::span<const uint8_t> bytes);
  oracle::MaybeFault system_call() { return machine.system_call(); }

  /// One instruction at RIP.
  oracle::MaybeFault step();

  oracle::Machine machine;
  uint64_t steps = 0;  ///< since it was made
};

class ModelCpu : public Cpu {
 public:
  explicit ModelCpu(const asx::Variant& variant);
  ModelCpu(const ModelCpu&) = delete;
  ModelCpu& operator=(const ModelCpu&) = delete;
  void start(const Image& image) override;
  [[nodiscard]] RunEnd run_to_bell() override;
  [[nodiscard]] std::span<uint8_t> ram() override { return ram_; }

  [[nodiscard]] uint64_t& rip() { return registers.rip; }
  [[nodiscard]] uint64_t& gpr(unsigned n) { return registers.gpr[n]; }
  oracle::MaybeFault translate(uint64_t address, asx::Access access, uint64_t& physical);
  std::optional<oracle::MaybeFault> extension(std::span<const uint8_t> bytes);
  oracle::MaybeFault step();  ///< one instruction at RIP
  oracle::MaybeFault execute(const oracle::Instruction& instruction);
  oracle::MaybeFault system_call();
  oracle::MaybeFault deliver(uint32_t vector, uint32_t error, uint64_t address);

 private:
  struct Port : asx::EnginePort {
    [[nodiscard]] uint64_t clock() override { return 0; }
    void translations_changed() override {}
    void space_invalidated(uint64_t) override {}
    void wait_for_event() override {}
    void timer_changed() override {}
  };
  std::vector<uint8_t> ram_;
  asx::Variant variant_;
  Port port_;
  asx::Observer observer_;

 public:
  asx::CpuState cpu;
  asx::Registers registers;
  asx::Machine machine;
};

class EngineCpu : public Cpu {
 public:
  /// Throws std::runtime_error if there is no engine to be had.
  explicit EngineCpu(const asx::Variant& variant);
  ~EngineCpu() override;
  void start(const Image& image) override;
  [[nodiscard]] RunEnd run_to_bell() override;
  [[nodiscard]] std::span<uint8_t> ram() override;
  [[nodiscard]] asx::CpuState& cpu();
  /// After start(): the timer asks once so many instructions are over, and nothing is held back.
  void interrupt_after(uint64_t instructions);
  [[nodiscard]] asx::Registers registers();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

[[nodiscard]] oracle::Choices choices_of(const asx::Variant& variant);

/// "" if both are in the same state, memory included; else what differs first.
[[nodiscard]] std::string difference(const OracleCpu& oracle, const asx::Registers& registers, const asx::CpuState& cpu,
                                     std::span<const uint8_t> ram);

}  // namespace conformance
