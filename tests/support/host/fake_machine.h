// SPDX-License-Identifier: GPL-2.0-or-later
// One CPU and a RAM buffer without an engine, and builders for the structures that a kernel would keep there.
#pragma once
#include <string>
#include <vector>

#include "isa-ext/abi/structures.h"
#include "isa-ext/model/operations.h"

namespace test {

/// Counts what the model asks of the engine.
class FakeEngine : public asx::EnginePort {
 public:
  [[nodiscard]] uint64_t clock() override { return now; }
  void translations_changed() override { ++translation_changes; }
  void space_invalidated(uint64_t space) override { invalidated.push_back(space); }
  void wait_for_event() override { ++waits; }
  void timer_changed() override { ++timer_changes; }
  void signal(uint64_t cpus) override { signalled.push_back(cpus); }

  uint64_t now = 1000;
  unsigned translation_changes = 0;
  unsigned waits = 0;
  unsigned timer_changes = 0;
  std::vector<uint64_t> invalidated;
  std::vector<uint64_t> signalled;
};

/// Writes down what the model reports, as "call 2>3 gate 1".
class FakeObserver : public asx::Observer {
 public:
  void gate_call(const Hop& hop) override { note("call", hop); }
  void gate_return(const Hop& hop) override { note("return", hop); }
  void narrow(const Hop& hop) override { note("narrow", hop); }
  void widen(const Hop& hop) override { note("widen", hop); }
  void event(const asx::Fault&, const Hop& hop) override { note("event", hop); }
  void event_return(const Hop& hop) override { note("event return", hop); }
  void refused(const asx::Fault& fault) override { refusals.push_back(fault); }

  std::vector<std::string> notes;
  std::vector<asx::Fault> refusals;

 private:
  void note(const std::string& what, const Hop& hop);
};

struct Stack {
  uint64_t rsp, fs_base;
};

class FakeMachine {
 public:
  static constexpr uint64_t kMemory = 1 << 20;
  static constexpr uint32_t kSpaces = 16;
  static constexpr uint32_t kGates = 4;  ///< in the gate table of each space

  explicit FakeMachine(const asx::Variant& chosen = {});
  FakeMachine(const FakeMachine&) = delete;
  FakeMachine& operator=(const FakeMachine&) = delete;

  // Builders. Addresses are physical; everything begins zero.
  [[nodiscard]] asx::PhysicalAddress allocate(uint64_t bytes);
  [[nodiscard]] asx::SpaceId add_space(uint32_t flags, uint32_t list_length);
  void grant_space(asx::SpaceId owner, uint32_t index, asx::SpaceId target, uint32_t rights);
  void grant_gate(asx::SpaceId owner, uint32_t index, asx::SpaceId target, uint32_t gate_index);
  void map(asx::SpaceId space, uint64_t offset, uint64_t entry);  ///< entry: frame and PageTableFlag
  [[nodiscard]] asx::PhysicalAddress add_pool(const std::vector<Stack>& stacks);
  [[nodiscard]] asx::PhysicalAddress add_thread(asx::SpaceId stack, uint32_t frames, uint32_t reserve);
  void start(asx::SpaceId code, asx::SpaceId stack, asx::PhysicalAddress thread);

  // What lies in memory.
  template <typename T>
  [[nodiscard]] T& at(asx::PhysicalAddress address) {
    return *machine.memory.at<T>(address);
  }
  [[nodiscard]] asx::SpaceDescriptor& descriptor(asx::SpaceId id);
  [[nodiscard]] asx::AccessListEntry& entry(asx::SpaceId owner, uint32_t index);
  [[nodiscard]] asx::Gate& gate(asx::SpaceId space, uint32_t index);
  [[nodiscard]] asx::VectorEntry& vector_entry(uint32_t vector);
  [[nodiscard]] asx::ThreadBlock& thread();
  [[nodiscard]] asx::Frame& frame(uint64_t index);  ///< from the bottom of the thread in force
  [[nodiscard]] uint64_t depth();
  [[nodiscard]] uint64_t& page_entry(asx::SpaceId space, uint64_t offset,
                                     int level);  ///< 3 = PML4; the tables must exist

  /// Runs one instruction at registers.rip, in its shortest encoding.
  [[nodiscard]] asx::MaybeFault run(asx::Mnemonic mnemonic, uint8_t reg = 0, uint8_t rm = 0);

  /// All that a refused instruction must leave alone.
  struct Snapshot {
    std::vector<std::byte> ram;
    asx::Registers registers;
    asx::CpuState cpu;
    unsigned translation_changes, timer_changes;
    bool operator==(const Snapshot&) const = default;
  };
  [[nodiscard]] Snapshot snapshot() const;

  std::vector<std::byte> ram;
  asx::CpuState cpu;
  asx::Registers registers;
  asx::Variant variant;
  FakeEngine engine;
  FakeObserver observer;
  asx::Machine machine;

 private:
  uint64_t free_ = asx::kPageSize;  // page 0 stays empty, so that address 0 is a mistake that shows
  uint32_t spaces_ = 1;
};

}  // namespace test
