// SPDX-License-Identifier: GPL-2.0-or-later
// Registers and rings of virtio devices ("Virtual I/O Device (VIRTIO) Version 1.2", OASIS 2022): 4.2.2 the register
// block, 2.1 the status, 2.7 the split virtqueue, 6 the features that belong to no kind of device.
#pragma once
#include <cstdint>

namespace asx::virtio {

enum Register : uint32_t {
  kMagic = 0x000,
  kVersion = 0x004,
  kDeviceId = 0x008,
  kVendorId = 0x00c,
  kDeviceFeatures = 0x010,
  kDeviceFeaturesSelect = 0x014,
  kDriverFeatures = 0x020,
  kDriverFeaturesSelect = 0x024,
  kQueueSelect = 0x030,
  kQueueSizeMaximum = 0x034,
  kQueueSize = 0x038,
  kQueueReady = 0x044,
  kQueueNotify = 0x050,
  kInterruptStatus = 0x060,
  kInterruptAcknowledge = 0x064,
  kStatus = 0x070,
  kQueueDescriptorsLow = 0x080,
  kQueueDescriptorsHigh = 0x084,
  kQueueAvailableLow = 0x090,
  kQueueAvailableHigh = 0x094,
  kQueueUsedLow = 0x0a0,
  kQueueUsedHigh = 0x0a4,
  kSharedMemoryLengthLow = 0x0b0,
  kSharedMemoryBaseHigh = 0x0bc,
  kConfigurationGeneration = 0x0fc,
  kConfiguration = 0x100,
};

constexpr uint32_t kMagicValue = 0x7472'6976;  ///< "virt"
constexpr uint32_t kVersionValue = 2;          ///< no legacy interface

enum StatusFlag : uint32_t {
  kAcknowledge = 1,
  kDriver = 2,
  kDriverOk = 4,
  kFeaturesOk = 8,
  kDeviceNeedsReset = 64,
  kFailed = 128,
};
enum InterruptFlag : uint32_t { kUsedBuffer = 1, kConfigurationChange = 2 };

constexpr uint64_t kFeatureVersion1 = uint64_t{1} << 32;

/// An entry of the descriptor table (2.7.5).
struct Descriptor {
  uint64_t address;
  uint32_t length;
  uint16_t flags;
  uint16_t next;
};
enum DescriptorFlag : uint16_t { kNext = 1, kWrite = 2, kIndirect = 4 };

/// The available ring (2.7.6): flags, index, then an entry of 2 bytes for each descriptor.
constexpr uint16_t kNoInterrupt = 1;
/// The used ring (2.7.8): flags, index, then an entry for each descriptor.
struct UsedElement {
  uint32_t head;
  uint32_t length;
};
constexpr uint64_t kRingIndex = 2;    ///< offset of the index in both rings
constexpr uint64_t kRingEntries = 4;  ///< offset of the entries in both rings

}  // namespace asx::virtio
