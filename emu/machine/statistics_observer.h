// SPDX-License-Identifier: GPL-2.0-or-later
// Counts what the model reports of one CPU.
#pragma once
#include "emu/machine/hop_counts.h"

namespace emu {

class StatisticsObserver final : public asx::Observer {
 public:
  /// What several CPUs count together must outlive the observer.
  explicit StatisticsObserver(HopCounts& hops) : hops_(hops) {}

  /// The CPU whose reports these are; must outlive the observer.
  void attach(const asx::CpuState& cpu) { cpu_ = &cpu; }

  /// Notes the space that the machine begins in.
  void begin();

  void gate_call(const Hop& hop) override;
  void gate_return(const Hop& hop) override;
  void narrow(const Hop& hop) override;
  void widen(const Hop& hop) override;
  void event(const asx::Fault& fault, const Hop& hop) override;
  void event_return(const Hop& hop) override;
  void refused(const asx::Fault&) override { ++counts_.refusals; }

  /// Its part of the statistics.
  [[nodiscard]] const CpuCounts& counts() const { return counts_; }

 private:
  [[nodiscard]] bool is_privileged() const;
  /// A frame was written or read, and CS may have changed. True if the code that was left is privileged.
  bool note_crossing();

  HopCounts& hops_;
  const asx::CpuState* cpu_ = nullptr;
  CpuCounts counts_;
  bool was_privileged_ = false;  ///< the code space in force when last looked at
};

}  // namespace emu
