// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/console/serial_line.h"

#include "isa-ext/abi/address.h"
#include "isa-ext/abi/devices/devices.h"
#include "isa-ext/abi/devices/serial.h"
#include "userland/runtime/caller_memory.h"
#include "userland/runtime/kernel.h"

namespace hop::console {

namespace {

namespace serial = asx::serial;

constexpr uint64_t kRegisterArea = 0x0200'0000'0000;  // offset in the console's space
constexpr uint64_t kChunk = 1024;                     // bytes in hand between caller and device; at most a page

uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

}  // namespace

Status SerialLine::open(uint32_t number) {
  const uint64_t offset = kRegisterArea + number * 2 * asx::kDevicePage;
  Reply answer = kernel::device_map(kSelf, offset, asx::kSerialBase + number * asx::kDevicePage);
  if (answer.is_error()) return answer.status();
  registers_ = reinterpret_cast<volatile uint8_t*>(offset);
  at(serial::kFifoControl) = serial::kFifoEnable;
  at(serial::kInterruptEnable) = 0;

  answer = kernel::event_create();
  if (answer.is_error()) return answer.status();
  event_ = static_cast<uint16_t>(answer.value);
  interrupt_ = asx::kSerialInterrupt + number;
  return kernel::interrupt_bind(event_, interrupt_).status();
}

void SerialLine::send(const uint8_t* bytes, uint64_t count) {
  while (count != 0) {
    while ((at(serial::kLineStatus) & serial::kTransmitEmpty) == 0) kernel::thread_yield();
    const uint64_t burst = smaller(count, serial::kFifoDepth);
    for (uint64_t i = 0; i < burst; ++i) at(serial::kTransmit) = bytes[i];
    bytes += burst;
    count -= burst;
  }
}

int64_t SerialLine::write(uint64_t buffer, uint64_t length) {
  const Guard guard(write_lock_);
  uint8_t chunk[kChunk];
  uint64_t written = 0;
  while (written < length) {
    const uint64_t count = smaller(length - written, kChunk);
    if (copy_from_caller(chunk, buffer + written, count) != Status::Ok) {
      return written != 0 ? static_cast<int64_t>(written) : static_cast<int64_t>(Status::BadAddress);
    }
    send(chunk, count);
    written += count;
  }
  return static_cast<int64_t>(written);
}

void SerialLine::flush() const {
  while ((at(serial::kLineStatus) & serial::kTransmitterIdle) == 0) kernel::thread_yield();
}

/// Takes what the device has. 0: nothing.
int64_t SerialLine::drain(uint64_t buffer, uint64_t length) {
  uint8_t chunk[kChunk];
  uint64_t got = 0;
  while (got < length) {
    const uint64_t wanted = smaller(length - got, kChunk);
    // the first and the last byte touch every page of the chunk: nothing is taken that cannot be handed over
    if (store_caller_byte(buffer + got, 0) != Status::Ok ||
        store_caller_byte(buffer + got + wanted - 1, 0) != Status::Ok) {
      return got != 0 ? static_cast<int64_t>(got) : static_cast<int64_t>(Status::BadAddress);
    }
    uint64_t count = 0;
    while (count < wanted && (at(serial::kLineStatus) & serial::kDataReady) != 0) chunk[count++] = at(serial::kReceive);
    if (copy_to_caller(buffer + got, chunk, count) != Status::Ok) return static_cast<int64_t>(Status::BadAddress);
    got += count;
    if (count < wanted) break;
  }
  return static_cast<int64_t>(got);
}

bool SerialLine::is_readable() const {
  return (at(serial::kLineStatus) & serial::kDataReady) != 0 || (at(serial::kModemStatus) & serial::kCarrier) == 0;
}

int64_t SerialLine::read(uint64_t buffer, uint64_t length) {
  if (length == 0) return 0;
  for (;;) {
    {
      const Guard guard(read_lock_);
      const int64_t got = drain(buffer, length);
      if (got != 0) return got;
      if (is_readable()) {
        if ((at(serial::kLineStatus) & serial::kDataReady) == 0) return 0;
        continue;
      }
    }
    if (const Status status = wait_for_interrupt(kernel::kNoDeadline); status != Status::Ok) {
      return static_cast<int64_t>(status);
    }
  }
}

Status SerialLine::wait_readable(uint64_t deadline) {
  while (!is_readable()) {
    if (const Status status = wait_for_interrupt(deadline); status != Status::Ok) return status;
  }
  return Status::Ok;
}

/// The interrupt is level-triggered and enabled only while somebody waits for it, so that none is lost between the
/// look at the status and the wait, and none comes that nobody wants.
Status SerialLine::wait_for_interrupt(uint64_t deadline) {
  {
    const Guard guard(wait_lock_);
    ++waiting_;
    at(serial::kInterruptEnable) = serial::kEnableReceive | serial::kEnableModemStatus;
  }
  const Reply answer = kernel::event_wait(event_, deadline);
  const Guard guard(wait_lock_);
  if (--waiting_ == 0) at(serial::kInterruptEnable) = 0;
  kernel::interrupt_done(interrupt_);
  return answer.status();
}

}  // namespace hop::console
