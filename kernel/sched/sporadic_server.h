// SPDX-License-Identifier: GPL-2.0-or-later
// A share of the CPU: at most `budget` ticks in any `period`. What is used comes back one period after its use began.
// (Sporadic servers: Sprunt, Sha, Lehoczky 1989; with the corrections of Stanovich, Baker, Wang, Gonzalez Harbour:
// "Defects of the POSIX Sporadic Server and How to Correct Them", RTAS 2010. The form with a bounded number of
// refills is that of Lyons et al.: "Scheduling-context capabilities", EuroSys 2018.)
#pragma once
#include <cstdint>

namespace kernel {

class SporadicServer {
 public:
  static constexpr unsigned kRefills = 8;

  constexpr SporadicServer() = default;
  /// 0 < budget <= period. All of it can be used at once.
  void configure(uint64_t budget, uint64_t period, uint64_t now);

  [[nodiscard]] bool has_budget(uint64_t now) const { return first().when <= now; }
  /// Ticks that can be used without a pause. There must be budget.
  [[nodiscard]] uint64_t available() const { return first().amount; }
  /// When there is budget again, if there is none.
  [[nodiscard]] uint64_t next_refill() const { return first().when; }

  /// Somebody begins to use it. There must be budget.
  void begin(uint64_t now);
  /// So many ticks have been used since begin() or the last charge(). What was used beyond the budget is paid for by a
  /// later refill.
  void charge(uint64_t used);

 private:
  struct Refill {
    uint64_t when, amount;
  };
  [[nodiscard]] Refill& first() { return refills_[first_]; }
  [[nodiscard]] const Refill& first() const { return refills_[first_]; }
  [[nodiscard]] Refill& last() { return refills_[(first_ + count_ - 1) % kRefills]; }
  Refill pop();
  void push(Refill refill);

  Refill refills_[kRefills] = {};  ///< a ring; amounts add up to the budget, times grow
  unsigned first_ = 0, count_ = 0;
  uint64_t period_ = 0;
};

}  // namespace kernel
