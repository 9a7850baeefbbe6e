// SPDX-License-Identifier: GPL-2.0-or-later
// One 16550 as the console drives it: output polled in bursts of a FIFO, input by interrupt.
#pragma once
#include <cstdint>

#include "isa-ext/abi/devices/serial.h"
#include "userland/runtime/gate_call.h"
#include "userland/runtime/mutex.h"

namespace hop::console {

class SerialLine {
 public:
  constexpr SerialLine() = default;

  /// Maps the registers of line `number` and binds its interrupt.
  [[nodiscard]] Status open(uint32_t number);

  /// Pointers are the caller's. The bytes written, or BadAddress if nothing could be.
  [[nodiscard]] int64_t write(uint64_t buffer, uint64_t length);
  /// The bytes lie in the words. Invalid: more than kWordsBytes.
  [[nodiscard]] Status write_words(uint64_t length, const uint64_t* words);
  /// Waits for at least one byte; 0 = the input has ended.
  [[nodiscard]] int64_t read(uint64_t buffer, uint64_t length);
  /// Would read() not wait?
  [[nodiscard]] bool is_readable();
  /// Ok when it would not, or TimedOut.
  [[nodiscard]] Status wait_readable(uint64_t deadline);
  void flush() const;

 private:
  [[nodiscard]] volatile uint8_t& at(uint32_t offset) const { return registers_[offset]; }
  [[nodiscard]] bool has_data() const { return (at(asx::serial::kLineStatus) & asx::serial::kDataReady) != 0; }
  [[nodiscard]] int64_t drain(uint64_t buffer, uint64_t length);
  [[nodiscard]] Status wait_for_interrupt(uint64_t deadline);
  void begin_wait();
  void end_wait();
  void send(const uint8_t* bytes, uint64_t count);

  volatile uint8_t* registers_ = nullptr;
  uint32_t interrupt_ = 0;
  uint16_t event_ = 0;
  Mutex read_lock_, write_lock_, wait_lock_;
  uint32_t waiting_ = 0;  ///< readers that want the interrupt; changed under wait_lock_
};

}  // namespace hop::console
