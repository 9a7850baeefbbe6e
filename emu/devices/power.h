// SPDX-License-Identifier: GPL-2.0-or-later
// The switch by which the guest ends the machine (isa-ext/abi/devices/devices.h).
#pragma once
#include <optional>

#include "emu/platform/bus.h"

namespace emu {

class Power final : public Device {
 public:
  explicit Power(Bus& bus) : bus_(bus) { bus.attach(asx::kPowerBase, *this); }

  [[nodiscard]] uint32_t read(DeviceAccess) override { return 0; }
  void write(DeviceAccess access, uint32_t value) override {
    if (access.offset != 0 || access.width != 4 || exit_status_) return;
    exit_status_ = static_cast<uint8_t>(value);
    bus_.call_for_attention();
  }
  /// Set once the guest has switched the machine off.
  [[nodiscard]] std::optional<uint8_t> exit_status() const { return exit_status_; }

 private:
  Bus& bus_;
  std::optional<uint8_t> exit_status_;
};

}  // namespace emu
