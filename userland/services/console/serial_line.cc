// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/console/serial_line.h"

#include "isa-ext/abi/address.h"
#include "isa-ext/abi/devices/devices.h"
#include "userland/interfaces/console/console.h"
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
    const uint64_t wanted = smaller(length - written, kChunk);
    const uint64_t count = copy_some_from_caller(chunk, buffer + written, wanted);
    send(chunk, count);
    written += count;
    if (count < wanted) return written != 0 ? static_cast<int64_t>(written) : static_cast<int64_t>(Status::BadAddress);
  }
  return static_cast<int64_t>(written);
}

Status SerialLine::write_words(uint64_t length, const uint64_t* words) {
  if (length > kWordsBytes) return Status::Invalid;
  const Guard guard(write_lock_);
  send(reinterpret_cast<const uint8_t*>(words), length);
  return Status::Ok;
}

void SerialLine::flush() const {
  while ((at(serial::kLineStatus) & serial::kTransmitterIdle) == 0) kernel::thread_yield();
}

/// Takes what the device has. 0: nothing.
int64_t SerialLine::drain(uint64_t buffer, uint64_t length) {
  uint8_t chunk[kChunk];
  uint64_t got = 0;
  while (got < length && has_data()) {
    // one page of the buffer at a time, and nothing is taken that could not be handed over
    const uint64_t to = buffer + got;
    const uint64_t wanted = smaller(smaller(length - got, kChunk), asx::kPageSize - (to & asx::kPageMask));
    uint64_t count = 0;
    if (probe_caller_write(to) == Status::Ok) {
      while (count < wanted && has_data()) chunk[count++] = at(serial::kReceive);
    }
    if (count == 0 || copy_to_caller(to, chunk, count) != Status::Ok) {
      return got != 0 ? static_cast<int64_t>(got) : static_cast<int64_t>(Status::BadAddress);
    }
    got += count;
  }
  return static_cast<int64_t>(got);
}

/// The end of input interrupts once, and whoever reads the modem status takes that notice: it is passed on to those who
/// wait for it.
bool SerialLine::is_readable() {
  if (has_data()) return true;
  if ((at(serial::kModemStatus) & serial::kCarrier) != 0) return false;
  if (__atomic_load_n(&waiting_, __ATOMIC_RELAXED) != 0) kernel::event_signal(event_);
  return true;
}

int64_t SerialLine::read(uint64_t buffer, uint64_t length) {
  if (length == 0) return 0;
  for (;;) {
    {
      const Guard guard(read_lock_);
      const int64_t got = drain(buffer, length);
      if (got != 0) return got;
      if (is_readable()) {
        if (!has_data()) return 0;
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

void SerialLine::begin_wait() {
  const Guard guard(wait_lock_);
  __atomic_store_n(&waiting_, waiting_ + 1, __ATOMIC_RELAXED);
  at(serial::kInterruptEnable) = serial::kEnableReceive | serial::kEnableModemStatus;
}

void SerialLine::end_wait() {
  const Guard guard(wait_lock_);
  __atomic_store_n(&waiting_, waiting_ - 1, __ATOMIC_RELAXED);
  if (waiting_ == 0) at(serial::kInterruptEnable) = 0;
  kernel::interrupt_done(interrupt_);
}

/// The interrupt is enabled only while somebody waits for it. What came before that asks at once, except for the end of
/// input, hence the look after begin_wait.
Status SerialLine::wait_for_interrupt(uint64_t deadline) {
  begin_wait();
  const Status status = is_readable() ? Status::Ok : kernel::event_wait(event_, deadline).status();
  end_wait();
  return status;
}

}  // namespace hop::console
