// SPDX-License-Identifier: GPL-2.0-or-later
// A 16550A between the guest and two host file descriptors (isa-ext/abi/devices/serial.h). The line is infinitely
// fast: the transmitter is always empty again, and the receive FIFO is refilled whenever the guest looks at it.
// Carrier (DCD) is up as long as the host's input has not ended. Baud rate, parity and the modem lines have no effect.
#pragma once
#include <deque>

#include "emu/devices/host_stream.h"
#include "emu/platform/bus.h"
#include "isa-ext/abi/devices/serial.h"

namespace emu {

class SerialLine final : public Device {
 public:
  /// Line number n of the machine, on its page and interrupt line.
  SerialLine(Bus& bus, uint32_t number, HostInput input, HostOutput output);

  [[nodiscard]] uint32_t read(DeviceAccess access) override;
  void write(DeviceAccess access, uint32_t value) override;

  /// Looks for input of the host and updates the interrupt line.
  void poll_input();
  void flush_output() { output_.flush(); }

  /// Input (or its end) may still come, and would raise the interrupt line.
  [[nodiscard]] bool can_wake() const;
  [[nodiscard]] uint32_t interrupt_line() const { return interrupt_; }
  [[nodiscard]] int input_descriptor() const { return input_.descriptor(); }
  [[nodiscard]] int output_failure() const { return output_.failure(); }

 private:
  [[nodiscard]] uint8_t read_register(uint32_t offset);
  void write_register(uint32_t offset, uint8_t value);
  [[nodiscard]] uint8_t receive();
  [[nodiscard]] uint8_t identify_interrupt();
  [[nodiscard]] uint8_t line_status();
  [[nodiscard]] uint8_t modem_status();
  [[nodiscard]] uint8_t pending_identity() const;
  void refill();
  void update_interrupt();

  Bus& bus_;
  const uint32_t interrupt_;
  HostInput input_;
  HostOutput output_;
  std::deque<uint8_t> fifo_;

  uint8_t interrupt_enable_ = 0;
  uint8_t line_control_ = 0;
  uint8_t modem_control_ = 0;
  uint8_t scratch_ = 0;
  uint8_t divisor_[2] = {};
  uint32_t status_reads_ = 0;
  bool fifo_enabled_ = false;
  bool transmitter_asks_ = false;
  bool carrier_;
  bool carrier_changed_ = false;
};

}  // namespace emu
