// SPDX-License-Identifier: GPL-2.0-or-later
// What the bus asks of a device.
#pragma once
#include <cstdint>

namespace emu {

/// One access to a device's page: 1, 2 or 4 bytes. The engine splits wider ones, and those across a word's end.
struct DeviceAccess {
  uint32_t offset;  ///< in the device's page
  uint32_t width;   ///< bytes
};

class Device {
 public:
  virtual ~Device() = default;
  /// Registers that do not exist read as 0, and ignore stores.
  [[nodiscard]] virtual uint32_t read(DeviceAccess access) = 0;
  virtual void write(DeviceAccess access, uint32_t value) = 0;
};

}  // namespace emu
