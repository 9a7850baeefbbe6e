// SPDX-License-Identifier: GPL-2.0-or-later
// The REX prefix (Intel SDM vol. 2, 2.2.1).
#pragma once
#include <cstdint>

namespace asx {

constexpr uint8_t kRex = 0x40;
constexpr uint8_t kRexR = 0x04;  ///< extends modrm.reg
constexpr uint8_t kRexB = 0x01;  ///< extends modrm.rm

[[nodiscard]] constexpr bool is_rex(uint8_t byte) {
  return (byte & 0xf0) == kRex;
}

}  // namespace asx
