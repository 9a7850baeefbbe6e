// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/devices/serial_line.h"

#include <utility>

namespace emu {
using namespace asx::serial;

SerialLine::SerialLine(Bus& bus, uint32_t number, HostInput input, HostOutput output)
    : bus_(bus),
      interrupt_(asx::kSerialInterrupt + number),
      input_(std::move(input)),
      output_(std::move(output)),
      carrier_(input_.is_open()) {
  assert(number < asx::kSerialLines);
  bus.attach(asx::kSerialBase + number * asx::kDevicePage, *this);
}

uint32_t SerialLine::read(DeviceAccess access) {
  const uint8_t value = read_register(access.offset);
  update_interrupt();
  return value;
}

void SerialLine::write(DeviceAccess access, uint32_t value) {
  write_register(access.offset, static_cast<uint8_t>(value));
  if (output_.failure() != 0) bus_.call_for_attention();
  update_interrupt();
}

void SerialLine::poll_input() {
  // The FIFO fills only for a guest that waits for input, so that a driver's reset of it loses nothing.
  if ((interrupt_enable_ & (kEnableReceive | kEnableModemStatus)) != 0) refill();
  update_interrupt();
}

bool SerialLine::can_wake() const {
  const bool wants_input = (interrupt_enable_ & kEnableReceive) != 0;
  const bool wants_end = (interrupt_enable_ & kEnableModemStatus) != 0;
  return input_.is_open() && (wants_input || wants_end);
}

void SerialLine::refill() {
  if (!fifo_.empty()) return;
  input_.poll();
  const size_t depth = fifo_enabled_ ? kFifoDepth : 1;
  while (fifo_.size() < depth && !input_.empty()) fifo_.push_back(input_.take());
  if (carrier_ && fifo_.empty() && input_.at_end()) {
    carrier_ = false;
    carrier_changed_ = true;
  }
}

uint8_t SerialLine::receive() {
  refill();
  if (fifo_.empty()) return 0;
  const uint8_t byte = fifo_.front();
  fifo_.pop_front();
  refill();
  return byte;
}

uint8_t SerialLine::line_status() {
  // A guest that polls the transmitter reads this for each byte it sends: ask the host only now and then.
  constexpr uint32_t kReadsForOnePoll = 64;
  const bool looks_at_host = status_reads_++ % kReadsForOnePoll == 0;
  if (looks_at_host || !input_.empty()) refill();
  return static_cast<uint8_t>(kTransmitEmpty | kTransmitterIdle | (fifo_.empty() ? 0 : kDataReady));
}

uint8_t SerialLine::modem_status() {
  refill();
  const uint8_t status = static_cast<uint8_t>(kClearToSend | kDataSetReady | (carrier_ ? kCarrier : 0) |
                                              (carrier_changed_ ? kDeltaCarrier : 0));
  carrier_changed_ = false;
  return status;
}

uint8_t SerialLine::pending_identity() const {
  if ((interrupt_enable_ & kEnableReceive) != 0 && !fifo_.empty()) return kIdentityReceive;
  if ((interrupt_enable_ & kEnableTransmit) != 0 && transmitter_asks_) return kIdentityTransmit;
  if ((interrupt_enable_ & kEnableModemStatus) != 0 && carrier_changed_) return kIdentityModem;
  return kIdentityNone;
}

uint8_t SerialLine::identify_interrupt() {
  const uint8_t identity = pending_identity();
  if (identity == kIdentityTransmit) transmitter_asks_ = false;
  return static_cast<uint8_t>(identity | (fifo_enabled_ ? kIdentityFifo : 0));
}

void SerialLine::update_interrupt() {
  bus_.lines().set(interrupt_, pending_identity() != kIdentityNone);
}

uint8_t SerialLine::read_register(uint32_t offset) {
  const bool is_divisor = (line_control_ & kDivisorLatch) != 0 && offset < 2;
  if (is_divisor) return divisor_[offset];
  switch (offset) {
    case kReceive:
      return receive();
    case kInterruptEnable:
      return interrupt_enable_;
    case kInterruptIdentification:
      return identify_interrupt();
    case kLineControl:
      return line_control_;
    case kModemControl:
      return modem_control_;
    case kLineStatus:
      return line_status();
    case kModemStatus:
      return modem_status();
    case kScratch:
      return scratch_;
    default:
      return 0;
  }
}

void SerialLine::write_register(uint32_t offset, uint8_t value) {
  const bool is_divisor = (line_control_ & kDivisorLatch) != 0 && offset < 2;
  if (is_divisor) {
    divisor_[offset] = value;
    return;
  }
  switch (offset) {
    case kTransmit:
      output_.put(value);
      transmitter_asks_ = true;
      return;
    case kInterruptEnable: {
      const bool turns_on_transmit = (value & ~interrupt_enable_ & kEnableTransmit) != 0;
      if (turns_on_transmit) transmitter_asks_ = true;
      interrupt_enable_ = value & (kEnableReceive | kEnableTransmit | kEnableLineStatus | kEnableModemStatus);
      poll_input();
      return;
    }
    case kFifoControl:
      fifo_enabled_ = (value & kFifoEnable) != 0;
      if ((value & kFifoClearReceive) != 0) fifo_.clear();
      return;
    case kLineControl:
      line_control_ = value;
      return;
    case kModemControl:
      modem_control_ = value & 0x0f;  // no loopback
      return;
    case kScratch:
      scratch_ = value;
      return;
    default:
      return;
  }
}

}  // namespace emu
