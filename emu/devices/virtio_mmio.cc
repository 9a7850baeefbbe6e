// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/devices/virtio_mmio.h"

#include <utility>

namespace emu {
using namespace asx::virtio;

namespace {

/// The half of a 64-bit value that a pair of registers has at word 0 or 1; other words do not exist.
uint32_t word_of(uint64_t value, uint32_t word) {
  return word > 1 ? 0 : static_cast<uint32_t>(value >> (32 * word));
}
void set_word(uint64_t& value, uint32_t word, uint32_t half) {
  const uint32_t shift = 32 * word;
  value = (value & ~(uint64_t{0xffff'ffff} << shift)) | uint64_t{half} << shift;
}

}  // namespace

VirtioMmio::VirtioMmio(Bus& bus, Place place, const GuestMemory& memory, VirtioFunction& function, Say say)
    : bus_(bus), place_(place), memory_(memory), function_(function), say_(std::move(say)), queues_(function.queues()) {
  bus.attach(place.base, *this);
}

uint32_t VirtioMmio::read(DeviceAccess access) {
  if (access.offset >= kConfiguration) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < access.width; ++i) {
      value |= uint32_t{function_.configuration(access.offset - kConfiguration + i)} << (8 * i);
    }
    return value;
  }
  if (access.width != 4 || access.offset % 4 != 0) return 0;  // 4.2.2.2: the driver must not
  switch (access.offset) {
    case kMagic:
      return kMagicValue;
    case kVersion:
      return kVersionValue;
    case kDeviceId:
      return function_.device_id();
    case kDeviceFeatures:
      return word_of(offered(), device_features_select_);
    case kQueueSizeMaximum:
      return selected() == nullptr ? 0 : Virtqueue::kMaximumSize;
    case kQueueReady:
      return selected() != nullptr && selected()->ring.is_ready() ? 1 : 0;
    case kInterruptStatus:
      return interrupts_;
    case kStatus:
      return status_;
    default:
      // 4.2.2: the length of shared memory that does not exist is -1
      return access.offset >= kSharedMemoryLengthLow && access.offset <= kSharedMemoryBaseHigh ? ~uint32_t{0} : 0;
  }
}

void VirtioMmio::write(DeviceAccess access, uint32_t value) {
  if (access.width != 4 || access.offset % 4 != 0) return;
  switch (access.offset) {
    case kDeviceFeaturesSelect:
      device_features_select_ = value;
      return;
    case kDriverFeatures:
      return write_driver_features(value);
    case kDriverFeaturesSelect:
      driver_features_select_ = value;
      return;
    case kQueueSelect:
      queue_select_ = value;
      return;
    case kQueueNotify:
      return notify(value);
    case kInterruptAcknowledge:
      interrupts_ &= ~value;
      bus_.lines().set(place_.interrupt, interrupts_ != 0);
      return;
    case kStatus:
      return write_status(value);
    default:
      return write_queue(access.offset, value);
  }
}

void VirtioMmio::write_driver_features(uint32_t value) {
  if ((status_ & kFeaturesOk) != 0) return;  // 3.1.1: what is agreed on stays
  if (driver_features_select_ > 1) {
    accepted_unknown_ |= value != 0;
    return;
  }
  set_word(accepted_, driver_features_select_, value);
}

void VirtioMmio::write_status(uint32_t value) {
  if (value == 0) return reset();
  constexpr uint32_t kSteps = kAcknowledge | kDriver | kFailed;
  status_ |= value & kSteps;  // 2.1.1: only a reset clears a bit
  // 6.1, 2.2.2: no driver without version 1, none with features that were not offered
  const bool agrees = !accepted_unknown_ && (accepted_ & ~offered()) == 0 && (accepted_ & kFeatureVersion1) != 0;
  if ((value & kFeaturesOk) != 0 && agrees) status_ |= kFeaturesOk;
  if ((value & kDriverOk) != 0 && (status_ & kFeaturesOk) != 0) status_ |= kDriverOk;
}

void VirtioMmio::write_queue(uint32_t offset, uint32_t value) {
  Queue* queue = selected();
  if (queue == nullptr) return;
  if (offset == kQueueReady) return set_ready(*queue, (value & 1) != 0);
  if (queue->ring.is_ready()) return;  // 4.2.2.2: the driver must not change it now
  switch (offset) {
    case kQueueSize:
      queue->layout.size = value;
      return;
    case kQueueDescriptorsLow:
    case kQueueDescriptorsHigh:
      return set_word(queue->layout.descriptors, (offset - kQueueDescriptorsLow) / 4, value);
    case kQueueAvailableLow:
    case kQueueAvailableHigh:
      return set_word(queue->layout.available, (offset - kQueueAvailableLow) / 4, value);
    case kQueueUsedLow:
    case kQueueUsedHigh:
      return set_word(queue->layout.used, (offset - kQueueUsedLow) / 4, value);
    default:
      return;
  }
}

void VirtioMmio::set_ready(Queue& queue, bool ready) {
  if (ready == queue.ring.is_ready()) return;
  if (!ready) return queue.ring.stop();
  if ((status_ & kFeaturesOk) == 0) return;
  if (auto error = queue.ring.start(memory_, queue.layout)) need_reset(error->sentence);
}

void VirtioMmio::notify(uint32_t number) {
  constexpr uint32_t kStopped = kDeviceNeedsReset | kFailed;
  if ((status_ & kDriverOk) == 0 || (status_ & kStopped) != 0) return;  // 2.1.2
  if (number >= queues_.size() || !queues_[number].ring.is_ready()) return;
  if (auto error = serve(number)) need_reset(error->sentence);
}

MaybeError VirtioMmio::serve(uint32_t number) {
  Virtqueue& ring = queues_[number].ring;
  // Asked once: a request whose answer is written over the ring's index shall not keep the device busy for ever.
  auto waiting = ring.waiting(memory_);
  if (!waiting) return Error{waiting.error()};
  for (uint32_t left = waiting.value(); left != 0; --left) {
    auto chain = ring.take(memory_);
    if (!chain) return Error{chain.error()};
    auto written = function_.serve(number, chain.value());
    if (!written) return Error{written.error()};
    ring.give_back(memory_, chain.value().head, written.value());
    if (ring.wants_interrupt(memory_)) raise(kUsedBuffer);
  }
  return {};
}

void VirtioMmio::reset() {
  status_ = 0;
  accepted_ = 0;
  accepted_unknown_ = false;
  interrupts_ = 0;
  device_features_select_ = driver_features_select_ = queue_select_ = 0;
  for (Queue& queue : queues_) queue = {};
  bus_.lines().set(place_.interrupt, false);
  function_.reset();
}

void VirtioMmio::need_reset(const std::string& reason) {
  status_ |= kDeviceNeedsReset;
  if ((status_ & kDriverOk) != 0) raise(kConfigurationChange);  // 2.1.2
  if (std::exchange(has_said_, true)) return;                   // once: the guest can do this as often as it likes
  say_("virtio device " + std::to_string(function_.device_id()) + " needs a reset: " + reason);
}

void VirtioMmio::raise(uint32_t interrupt) {
  interrupts_ |= interrupt;
  bus_.lines().set(place_.interrupt, true);
}

}  // namespace emu
