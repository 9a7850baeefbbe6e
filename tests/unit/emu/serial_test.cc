// SPDX-License-Identifier: GPL-2.0-or-later
// A serial line as its driver sees it.
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>

#include "emu/devices/power.h"
#include "emu/devices/serial_line.h"

using namespace asx::serial;

namespace {

constexpr uint64_t kLineOne = asx::kDevicePage;
constexpr uint64_t kLineOneBit = uint64_t{1} << (asx::kSerialInterrupt + 1);

/// Line 1 between two pipes.
struct Line {
  Line() {
    REQUIRE(pipe(to_guest) == 0);
    REQUIRE(pipe(from_guest) == 0);
    line.emplace(bus, 1u, emu::HostInput(to_guest[0]), emu::HostOutput(from_guest[1]));
  }
  ~Line() {
    close_input();
    for (const int end : {to_guest[0], from_guest[0], from_guest[1]}) close(end);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void type(const std::string& text) { REQUIRE(write(to_guest[1], text.data(), text.size()) == ssize_t(text.size())); }
  void close_input() {
    if (to_guest[1] >= 0) close(to_guest[1]);
    to_guest[1] = -1;
  }
  std::string printed() {
    line->flush_output();
    char buffer[256];
    const ssize_t got = read(from_guest[0], buffer, sizeof buffer);
    return std::string(buffer, got > 0 ? size_t(got) : 0);
  }
  uint8_t get(uint32_t offset) { return uint8_t(bus.read(kLineOne + offset, 1)); }
  void put(uint32_t offset, uint8_t value) { bus.write(kLineOne + offset, 1, value); }
  bool asks() { return bus.lines().asking() == kLineOneBit; }

  int to_guest[2], from_guest[2];
  emu::Bus bus;
  std::optional<emu::SerialLine> line;
};

}  // namespace

TEST_CASE("bytes stored to the transmitter come out on the host") {
  Line l;
  for (const char c : {'h', 'o', 'p'}) {
    CHECK((l.get(kLineStatus) & kTransmitEmpty) != 0);
    l.put(kTransmit, uint8_t(c));
  }
  CHECK(l.printed() == "hop");
}

TEST_CASE("a polling driver reads what the host typed") {
  Line l;
  CHECK((l.get(kLineStatus) & kDataReady) == 0);
  l.type("ab");
  std::string read;
  for (int i = 0; i < 200 && read.size() < 2; ++i) {
    if ((l.get(kLineStatus) & kDataReady) != 0) read += char(l.get(kReceive));
  }
  CHECK(read == "ab");
}

TEST_CASE("the receive interrupt asks until the input has been read") {
  Line l;
  l.put(kFifoControl, kFifoEnable);
  l.type("xyz");
  CHECK_FALSE(l.asks());
  l.put(kInterruptEnable, kEnableReceive);
  CHECK(l.asks());
  CHECK(l.get(kInterruptIdentification) == (kIdentityReceive | kIdentityFifo));
  CHECK(l.get(kReceive) == 'x');
  CHECK(l.asks());
  CHECK(l.get(kReceive) == 'y');
  CHECK(l.get(kReceive) == 'z');
  CHECK_FALSE(l.asks());
  CHECK(l.get(kInterruptIdentification) == (kIdentityNone | kIdentityFifo));
  l.type("w");
  l.line->poll_input();
  CHECK(l.asks());
}

TEST_CASE("a driver that clears the FIFO while it starts loses no input") {
  Line l;
  l.type("first");
  l.line->poll_input();
  l.put(kFifoControl, kFifoEnable | kFifoClearReceive | kFifoClearTransmit);
  l.put(kInterruptEnable, kEnableReceive);
  CHECK(l.get(kReceive) == 'f');
}

TEST_CASE("the end of the input drops the carrier after the last byte was read") {
  Line l;
  l.put(kInterruptEnable, kEnableReceive | kEnableModemStatus);
  CHECK(l.get(kModemStatus) == (kCarrier | kClearToSend | kDataSetReady));
  CHECK(l.line->can_wake());
  l.type("!");
  l.close_input();
  l.line->poll_input();
  CHECK(l.get(kInterruptIdentification) == kIdentityReceive);
  CHECK(l.get(kReceive) == '!');
  l.line->poll_input();
  CHECK(l.get(kInterruptIdentification) == kIdentityModem);
  CHECK(l.asks());
  CHECK(l.get(kModemStatus) == (kDeltaCarrier | kClearToSend | kDataSetReady));
  CHECK_FALSE(l.asks());
  CHECK(l.get(kModemStatus) == (kClearToSend | kDataSetReady));
  CHECK_FALSE(l.line->can_wake());
}

TEST_CASE("a line without a host has no carrier") {
  emu::Bus bus;
  emu::SerialLine line(bus, 0, emu::HostInput(-1), emu::HostOutput(-1));
  CHECK((bus.read(kModemStatus, 1) & (kCarrier | kDeltaCarrier)) == 0);
  bus.write(kTransmit, 1, 'x');
  CHECK_FALSE(line.can_wake());
  CHECK(line.output_failure() == 0);
}

TEST_CASE("the transmit interrupt asks when it is enabled, until it is identified") {
  Line l;
  l.put(kInterruptEnable, kEnableTransmit);
  CHECK(l.asks());
  CHECK(l.get(kInterruptIdentification) == kIdentityTransmit);
  CHECK_FALSE(l.asks());
  l.put(kTransmit, 'a');
  CHECK(l.asks());
}

TEST_CASE("scratch, control and divisor registers hold what was stored") {
  Line l;
  l.put(kScratch, 0x5a);
  CHECK(l.get(kScratch) == 0x5a);
  l.put(kLineControl, kDivisorLatch | 3);
  l.put(0, 12);
  l.put(1, 1);
  CHECK(l.get(0) == 12);
  CHECK(l.get(1) == 1);
  l.put(kLineControl, 3);
  CHECK(l.get(kInterruptEnable) == 0);
  CHECK(l.get(kLineControl) == 3);
}

TEST_CASE("pages and registers without a device read as zero") {
  emu::Bus bus;
  emu::Power power(bus);
  CHECK(bus.read(5 * asx::kDevicePage, 4) == 0);
  CHECK(bus.read(asx::kPowerBase - asx::kDeviceBase, 4) == 0);
  CHECK(bus.read(~uint64_t{0}, 4) == 0);
  bus.write(5 * asx::kDevicePage, 4, 1);
  CHECK_FALSE(power.exit_status().has_value());
}

TEST_CASE("only a 32-bit store to its first register switches the machine off") {
  emu::Bus bus;
  emu::Power power(bus);
  const uint64_t at = asx::kPowerBase - asx::kDeviceBase;
  bus.write(at, 1, 9);
  bus.write(at + 4, 4, 9);
  CHECK_FALSE(power.exit_status().has_value());
  bus.write(at, 4, 0x107);
  CHECK(power.exit_status() == 7);
  bus.write(at, 4, 1);
  CHECK(power.exit_status() == 7);
}
