// SPDX-License-Identifier: GPL-2.0-or-later
// Device pages: from a physical address to the device behind it.
#pragma once
#include <array>
#include <cassert>

#include "emu/platform/device.h"
#include "emu/platform/interrupt_lines.h"
#include "isa-ext/abi/devices/devices.h"

namespace emu {

class Bus {
 public:
  static constexpr uint64_t kPages = (asx::kDeviceEnd - asx::kDeviceBase) / asx::kDevicePage;

  /// Puts a device (which must outlive the bus) on the page at a physical address.
  void attach(uint64_t base, Device& device) {
    assert(base >= asx::kDeviceBase && base < asx::kDeviceEnd && base % asx::kDevicePage == 0);
    devices_[(base - asx::kDeviceBase) / asx::kDevicePage] = &device;
  }

  /// Offsets are from kDeviceBase. A page without a device reads as 0 and ignores stores.
  [[nodiscard]] uint64_t read(uint64_t offset, uint32_t width) {
    Device* device = at(offset);
    return device == nullptr ? 0 : device->read({static_cast<uint32_t>(offset % asx::kDevicePage), width});
  }
  void write(uint64_t offset, uint32_t width, uint64_t value) {
    Device* device = at(offset);
    if (device == nullptr) return;
    device->write({static_cast<uint32_t>(offset % asx::kDevicePage), width}, static_cast<uint32_t>(value));
  }

  [[nodiscard]] InterruptLines& lines() { return lines_; }

  /// A device asks that the machine looks at it at the end of the block: set by the device, cleared by the machine.
  void call_for_attention() { attention_ = true; }
  [[nodiscard]] bool wants_attention() const { return attention_; }
  void clear_attention() { attention_ = false; }

 private:
  [[nodiscard]] Device* at(uint64_t offset) const {
    const uint64_t page = offset / asx::kDevicePage;
    return page < kPages ? devices_[page] : nullptr;
  }

  std::array<Device*, kPages> devices_{};
  InterruptLines lines_;
  bool attention_ = false;
};

}  // namespace emu
