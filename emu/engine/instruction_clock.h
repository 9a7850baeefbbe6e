// SPDX-License-Identifier: GPL-2.0-or-later
// The number of instructions so far, and the number at which the engine is to stop. Kept as what is left until then,
// so that the block hook has one number to test and change.
#pragma once
#include <algorithm>
#include <cstdint>

namespace emu {

class InstructionClock {
 public:
  static constexpr uint64_t kNever = INT64_MAX;

  [[nodiscard]] uint64_t now() const { return deadline_ - static_cast<uint64_t>(left_); }
  [[nodiscard]] bool is_due() const { return left_ <= 0; }

  /// Instructions run, if the deadline has not come. False, and nothing counted, if it has.
  [[nodiscard]] bool count_unless_due(uint32_t instructions) {
    const int64_t left = left_;
    if (left <= 0) [[unlikely]]
      return false;
    left_ = left - instructions;
    return true;
  }
  void count(uint32_t instructions) { left_ -= instructions; }
  void uncount(uint32_t instructions) { left_ += instructions; }

  void set_deadline(uint64_t deadline) {
    const uint64_t now = this->now();
    deadline_ = std::min(deadline, kNever);
    left_ = static_cast<int64_t>(deadline_ - now);
  }
  /// The deadline is now.
  void stop() { set_deadline(0); }
  void reset() { *this = {}; }

 private:
  int64_t left_ = 0;
  uint64_t deadline_ = 0;
};

}  // namespace emu
