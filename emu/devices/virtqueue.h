// SPDX-License-Identifier: GPL-2.0-or-later
// The device's side of a split virtqueue (virtio 1.2, 2.7). All that the guest wrote is checked before it is used; what
// a device gets to see are pieces of RAM. Indirect descriptors are not offered, and refused.
#pragma once
#include <optional>
#include <vector>

#include "emu/platform/guest_memory.h"
#include "isa-ext/abi/devices/virtio.h"

namespace emu {

/// A request of the driver: pieces of RAM, in order.
struct VirtioChain {
  uint16_t head = 0;
  std::vector<std::span<const std::byte>> readable;
  std::vector<std::span<std::byte>> writable;
};

class Virtqueue {
 public:
  static constexpr uint32_t kMaximumSize = 256;

  struct Layout {
    uint32_t size = 0;
    uint64_t descriptors = 0, available = 0, used = 0;  ///< physical addresses
  };

  /// Begins with empty rings. Fails, and changes nothing, where 2.7's sizes and alignments do not hold or a part is not
  /// in RAM.
  [[nodiscard]] MaybeError start(const GuestMemory& memory, const Layout& layout);
  void stop() { layout_ = {}; }
  [[nodiscard]] bool is_ready() const { return layout_.size != 0; }

  /// How many chains the driver has made available that were not taken. Fails if it claims more than the ring holds.
  [[nodiscard]] Result<uint32_t> waiting(const GuestMemory& memory) const;
  /// Takes the next of the chains that are waiting.
  [[nodiscard]] Result<VirtioChain> take(const GuestMemory& memory);
  /// Gives a chain back, of which `written` bytes were filled.
  void give_back(const GuestMemory& memory, uint16_t head, uint32_t written);
  /// The driver does not ask to hear nothing (2.7.7).
  [[nodiscard]] bool wants_interrupt(const GuestMemory& memory) const;

 private:
  [[nodiscard]] MaybeError add(const GuestMemory& memory, const asx::virtio::Descriptor& descriptor,
                               VirtioChain& chain) const;

  Layout layout_;
  uint16_t next_available_ = 0;
  uint16_t next_used_ = 0;
};

}  // namespace emu
