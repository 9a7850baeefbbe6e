// SPDX-License-Identifier: GPL-2.0-or-later
// Registers of the 16550A (National Semiconductor PC16550D data sheet, 8.0). DCD drops when the host's input ends.
#pragma once
#include <cstdint>

namespace asx::serial {

enum Offset : uint32_t {
  kReceive = 0,   ///< RBR (read)
  kTransmit = 0,  ///< THR (write)
  kInterruptEnable = 1,
  kInterruptIdentification = 2,  ///< IIR (read)
  kFifoControl = 2,              ///< FCR (write)
  kLineControl = 3,
  kModemControl = 4,
  kLineStatus = 5,
  kModemStatus = 6,
  kScratch = 7,
};
enum InterruptEnableFlag : uint8_t {
  kEnableReceive = 1,
  kEnableTransmit = 2,
  kEnableLineStatus = 4,
  kEnableModemStatus = 8
};
enum FifoControlFlag : uint8_t { kFifoEnable = 1, kFifoClearReceive = 2, kFifoClearTransmit = 4 };
enum LineStatusFlag : uint8_t { kDataReady = 1, kOverrun = 2, kTransmitEmpty = 0x20, kTransmitterIdle = 0x40 };
enum ModemStatusFlag : uint8_t { kDeltaCarrier = 0x08, kClearToSend = 0x10, kDataSetReady = 0x20, kCarrier = 0x80 };
enum LineControlFlag : uint8_t { kDivisorLatch = 0x80 };
enum InterruptIdentity : uint8_t {
  kIdentityNone = 0x01,
  kIdentityModem = 0x00,
  kIdentityTransmit = 0x02,
  kIdentityReceive = 0x04,
  kIdentityFifo = 0xc0
};
constexpr uint32_t kFifoDepth = 16;

}  // namespace asx::serial
