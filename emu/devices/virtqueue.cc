// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/devices/virtqueue.h"

#include <bit>

namespace emu {
using namespace asx::virtio;

namespace {

template <typename T>
T load(const GuestMemory& memory, uint64_t address) {
  T value;
  std::memcpy(&value, memory.range(address, sizeof value).data(), sizeof value);
  return value;
}
template <typename T>
void store(const GuestMemory& memory, uint64_t address, T value) {
  std::memcpy(memory.range(address, sizeof value).data(), &value, sizeof value);
}

}  // namespace

MaybeError Virtqueue::start(const GuestMemory& memory, const Layout& layout) {
  // 2.7: the size is a power of two; alignments are 16, 2 and 4; each ring ends with a field of 2 bytes for
  // VIRTIO_F_EVENT_IDX
  if (!std::has_single_bit(layout.size) || layout.size > kMaximumSize) return Error{"the size of a queue is wrong"};
  if (layout.descriptors % 16 != 0 || layout.available % 2 != 0 || layout.used % 4 != 0) {
    return Error{"a part of a queue is not aligned"};
  }
  const bool fits = memory.contains(layout.descriptors, layout.size * sizeof(Descriptor)) &&
                    memory.contains(layout.available, kRingEntries + layout.size * sizeof(uint16_t) + 2) &&
                    memory.contains(layout.used, kRingEntries + layout.size * sizeof(UsedElement) + 2);
  if (!fits) return Error{"a part of a queue is not in RAM"};
  layout_ = layout;
  next_available_ = 0;
  next_used_ = 0;
  return {};
}

Result<uint32_t> Virtqueue::waiting(const GuestMemory& memory) const {
  assert(is_ready());
  const auto index = load<uint16_t>(memory, layout_.available + kRingIndex);
  const uint32_t count = static_cast<uint16_t>(index - next_available_);
  if (count > layout_.size) return Error{"the available ring claims more entries than it has"};
  return count;
}

Result<VirtioChain> Virtqueue::take(const GuestMemory& memory) {
  assert(is_ready());
  const uint32_t slot = next_available_ % layout_.size;
  uint16_t index = load<uint16_t>(memory, layout_.available + kRingEntries + slot * sizeof(uint16_t));
  VirtioChain chain;
  chain.head = index;
  uint64_t total = 0;
  for (uint32_t taken = 0; taken < layout_.size; ++taken) {
    if (index >= layout_.size) return Error{"a descriptor's index is outside of the table"};
    const auto descriptor = load<Descriptor>(memory, layout_.descriptors + index * sizeof(Descriptor));
    total += descriptor.length;
    if (total > uint64_t{1} << 32) return Error{"a chain is longer than 4 GiB"};  // 2.7.5.2
    if (auto error = add(memory, descriptor, chain)) return *error;
    if ((descriptor.flags & kNext) == 0) {
      ++next_available_;
      return chain;
    }
    index = descriptor.next;
  }
  return Error{"a chain of descriptors is a loop"};  // 2.7.5.2: more of them than the table has
}

MaybeError Virtqueue::add(const GuestMemory& memory, const Descriptor& descriptor, VirtioChain& chain) const {
  if ((descriptor.flags & kIndirect) != 0)
    return Error{"a descriptor is indirect, which was not offered"};  // 2.7.5.3.1
  if (!memory.contains(descriptor.address, descriptor.length)) return Error{"a buffer is not in RAM"};
  const auto bytes = memory.range(descriptor.address, descriptor.length);
  if ((descriptor.flags & kWrite) != 0) {
    chain.writable.push_back(bytes);
    return {};
  }
  if (!chain.writable.empty()) return Error{"a buffer to read comes after one to write"};  // 2.7.4.2
  chain.readable.push_back(bytes);
  return {};
}

void Virtqueue::give_back(const GuestMemory& memory, uint16_t head, uint32_t written) {
  assert(is_ready());
  const uint64_t slot = next_used_ % layout_.size;
  store(memory, layout_.used + kRingEntries + slot * sizeof(UsedElement), UsedElement{head, written});
  store(memory, layout_.used + kRingIndex, ++next_used_);
}

bool Virtqueue::wants_interrupt(const GuestMemory& memory) const {
  return (load<uint16_t>(memory, layout_.available) & kNoInterrupt) == 0;
}

}  // namespace emu
