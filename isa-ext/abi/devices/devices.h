// SPDX-License-Identifier: GPL-2.0-or-later
// The physical map of devices, and their interrupt lines. Device registers are reached by ordinary loads and stores
// to pages of spaces that have kSpaceIo (the kernel's has it).
#pragma once
#include <cstdint>

namespace asx {

constexpr uint64_t kDeviceBase = 0x10'0000'0000;  ///< 64 GiB: above any RAM
constexpr uint64_t kDevicePage = 0x1000;          ///< each device has one page

/// Serial line n: a 16550A, registers one byte apart (National Semiconductor PC16550D data sheet).
/// Line 0: the program's stdin and stdout; 1: its stderr; 2: the kernel's log.
constexpr uint64_t kSerialBase = kDeviceBase;
constexpr uint32_t kSerialLines = 3;
constexpr uint32_t kSerialInterrupt = 1;  ///< + n

/// Power: a 32-bit store of an exit status (0-255) to offset 0 ends the machine with it.
constexpr uint64_t kPowerBase = kDeviceBase + 8 * kDevicePage;
constexpr uint64_t kDeviceEnd = kDeviceBase + 16 * kDevicePage;

}  // namespace asx
