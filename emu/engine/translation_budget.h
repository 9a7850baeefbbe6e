// SPDX-License-Identifier: GPL-2.0-or-later
// Unicorn 2.1.1 crashes when its translation buffer fills up. This estimates, always on the high side, what the blocks
// translated so far have taken, so that the buffer is emptied in time.
#pragma once
#include <cstdint>
#include <unordered_set>

namespace emu {

class TranslationBudget {
 public:
  explicit TranslationBudget(uint64_t buffer_bytes) : limit_(buffer_bytes / 10 * 8) {}

  /// A block (named by a hash of where it lies, physically and virtually) is about to run. True if it is new.
  bool add(uint64_t block, uint32_t instructions) {
    if (!seen_.insert(block).second) return false;
    used_ += kBytesOfBlock + kBytesOfInstruction * instructions;
    return true;
  }
  [[nodiscard]] bool is_exhausted() const { return used_ >= limit_; }
  void reset() {
    seen_.clear();
    used_ = 0;
  }

 private:
  // measured on 2.1.1 and 2.1.4: see doc/how-unicorn-is-used.md
  static constexpr uint64_t kBytesOfBlock = 400;
  static constexpr uint64_t kBytesOfInstruction = 150;

  uint64_t limit_;
  uint64_t used_ = 0;
  std::unordered_set<uint64_t> seen_;
};

}  // namespace emu
