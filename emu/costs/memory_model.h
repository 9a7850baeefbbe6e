// SPDX-License-Identifier: GPL-2.0-or-later
// The modelled TLBs, one for instructions and one for data, fed with every access of the guest. What they count depends
// on the guest alone, not on the TLB that the engine has for itself. emu/doc/costs.md says exactly what is counted.
#pragma once
#include <cstdint>

#include "emu/costs/counters.h"
#include "emu/costs/tlb.h"
#include "emu/engine/access_observer.h"
#include "isa-ext/model/machine.h"

namespace emu {

class MemoryModel final : public AccessObserver {
 public:
  /// The variant has the TLBs' geometry, and says whether they are tagged.
  explicit MemoryModel(const asx::Variant& variant);

  /// The CPU whose accesses these are; must outlive the model.
  void attach(const asx::CpuState& cpu, const asx::PhysicalMemory& memory);

  void fetch(uint64_t address, uint32_t size) override;
  void extension(const asx::Instruction& instruction, const asx::Registers& registers) override;
  void system_call() override;
  void data(const Data& access) override;
  void spaces_changed() override;
  void space_invalidated(uint64_t space) override;

  /// Only the modelled ones are filled in.
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  /// Where the instruction that runs was found.
  struct Fetched {
    uint64_t page = 0;   ///< virtual address / 4096
    uint64_t frame = 0;  ///< physical address
    bool is_valid = false;
  };

  [[nodiscard]] const asx::LoadedSpace& list_in_force(asx::Half half) const;
  [[nodiscard]] TlbKey key_of(uint64_t address) const;
  [[nodiscard]] TlbEntry walk(const TlbKey& key, asx::Access access);
  void fetch_page(uint64_t page);
  void touch_data(uint64_t address, bool is_store);
  void examine(asx::Selector selector, const asx::LoadedSpace& owner);
  void examine_for_caller(asx::Selector selector);
  void note_copy(const Data& store);
  [[nodiscard]] bool is_string_move(uint64_t address) const;
  [[nodiscard]] uint8_t code_byte(uint64_t address) const;
  void flush();

  const asx::Variant variant_;
  const bool is_tagged_;
  const asx::CpuState* cpu_ = nullptr;
  asx::PhysicalMemory memory_;
  Tlb instructions_;
  Tlb data_;
  Counters counters_;

  Fetched fetched_;   ///< the page that the last byte of code came from
  Fetched previous_;  ///< the one before, if an instruction lies in both
  Data load_;         ///< the last one
};

}  // namespace emu
