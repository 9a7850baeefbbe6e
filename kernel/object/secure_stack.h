// SPDX-License-Identifier: GPL-2.0-or-later
// The frames of one thread's secure stack, as the kernel reads and writes them. Frame 0 is the top one.
#pragma once
#include "isa-ext/abi/structures.h"
#include "kernel/arch/direct_map.h"

namespace kernel {

using asx::Frame;
using asx::FrameKind;

class SecureStack {
 public:
  explicit SecureStack(asx::ThreadBlock& block) : block_(block) {}

  [[nodiscard]] uint32_t depth() const {
    return static_cast<uint32_t>((block_.secure_stack_top - block_.secure_stack_base) / sizeof(Frame));
  }
  /// The frame so many below the top, or nullptr.
  [[nodiscard]] Frame* frame(uint32_t below_top) const {
    if (below_top >= depth()) return nullptr;
    return at<Frame>({block_.secure_stack_top}) - 1 - below_top;
  }
  [[nodiscard]] Frame* top() const { return frame(0); }
  /// Frames that may still be pushed above the reserve.
  [[nodiscard]] uint32_t free_frames() const;
  /// Puts a frame on top. There must be room.
  void push(const Frame& frame);
  /// Takes the top frame away, and gives back the stack that came with it.
  void pop();

  /// Position of the first frame from there down that is not a narrow frame: how the code space was entered.
  [[nodiscard]] uint32_t entry_position(uint32_t below_top) const;

 private:
  asx::ThreadBlock& block_;
};

/// Whether the spaces that a frame returns to still live.
[[nodiscard]] bool is_returnable(const Frame& frame);

/// Whether the frame's code space lives. A stack space that has ended is replaced by an empty one: a callee is not to
/// be cut off, with whatever lock it holds, because its caller's stack space is gone.
[[nodiscard]] bool make_returnable(Frame& frame);

}  // namespace kernel
