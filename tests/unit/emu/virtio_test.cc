// SPDX-License-Identifier: GPL-2.0-or-later
// A virtio device as a driver sees it: one that keeps the rules, and ones that do not.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>
#include <string>

#include "emu/devices/virtio_mmio.h"

using namespace asx::virtio;

namespace {

constexpr uint64_t kPage = 9 * asx::kDevicePage;
constexpr uint32_t kLine = 5;
constexpr uint64_t kRam = uint64_t{1} << 16;
constexpr uint64_t kTable = 0x1000, kAvailable = 0x2000, kUsed = 0x3000, kData = 0x4000;
constexpr uint32_t kSize = 8;
constexpr uint64_t kFeatureOfTest = 1;

/// Answers with what it was sent, as far as there is room.
class Echo final : public emu::VirtioFunction {
 public:
  uint32_t device_id() const override { return 42; }
  uint64_t features() const override { return kFeatureOfTest; }
  uint32_t queues() const override { return 2; }
  uint8_t configuration(uint32_t offset) const override { return offset < 4 ? uint8_t(0x11 * (offset + 1)) : 0; }
  void reset() override { ++resets; }
  emu::Result<uint32_t> serve(uint32_t, const emu::VirtioChain& chain) override {
    ++served;
    std::vector<std::byte> bytes;
    for (const auto piece : chain.readable) bytes.insert(bytes.end(), piece.begin(), piece.end());
    size_t done = 0;
    for (const auto piece : chain.writable) {
      const size_t count = std::min(piece.size(), bytes.size() - done);
      std::copy_n(bytes.begin() + ptrdiff_t(done), count, piece.begin());
      done += count;
    }
    return uint32_t(done);
  }
  int resets = 0;
  int served = 0;
};

/// The machine's side and a naive driver with one queue.
struct Driver {
  explicit Driver(uint64_t ram = kRam) : memory(std::move(emu::GuestMemory::create(ram).value())) {}
  uint32_t get(uint32_t offset) { return uint32_t(bus.read(kPage + offset, 4)); }
  void put(uint32_t offset, uint32_t value) { bus.write(kPage + offset, 4, value); }
  template <typename T>
  void poke(uint64_t address, T value) {
    std::memcpy(memory.range(address, sizeof value).data(), &value, sizeof value);
  }
  template <typename T>
  T peek(uint64_t address) {
    T value;
    std::memcpy(&value, memory.range(address, sizeof value).data(), sizeof value);
    return value;
  }

  void accept(uint64_t features) {
    put(kStatus, kAcknowledge | kDriver);
    for (uint32_t word = 0; word < 2; ++word) {
      put(kDriverFeaturesSelect, word);
      put(kDriverFeatures, uint32_t(features >> (32 * word)));
    }
    put(kStatus, kAcknowledge | kDriver | kFeaturesOk);
  }
  void place_queue(uint64_t table, uint64_t available, uint64_t used, uint32_t size) {
    put(kQueueSelect, 0);
    put(kQueueSize, size);
    put(kQueueDescriptorsLow, uint32_t(table));
    put(kQueueDescriptorsHigh, uint32_t(table >> 32));
    put(kQueueAvailableLow, uint32_t(available));
    put(kQueueAvailableHigh, uint32_t(available >> 32));
    put(kQueueUsedLow, uint32_t(used));
    put(kQueueUsedHigh, uint32_t(used >> 32));
    put(kQueueReady, 1);
  }
  void start() {
    accept(kFeatureVersion1);
    place_queue(kTable, kAvailable, kUsed, kSize);
    put(kStatus, get(kStatus) | kDriverOk);
  }
  void describe(uint16_t index, Descriptor descriptor) { poke(kTable + index * sizeof descriptor, descriptor); }
  void make_available(uint16_t head) {
    poke(kAvailable + kRingEntries + 2 * (made_available % kSize), head);
    poke(kAvailable + kRingIndex, ++made_available);
  }
  bool asks() { return bus.lines().asking() == uint64_t{1} << kLine; }
  /// Notifies, and expects the device to give up for exactly this reason.
  void expect_refusal(const std::string& reason) {
    put(kQueueNotify, 0);
    CHECK((get(kStatus) & kDeviceNeedsReset) != 0);
    CHECK((get(kInterruptStatus) & kConfigurationChange) != 0);
    CHECK(said == std::vector<std::string>{"virtio device 42 needs a reset: " + reason});
    CHECK(peek<uint16_t>(kUsed + kRingIndex) == 0);
  }

  emu::GuestMemory memory;
  emu::Bus bus;
  Echo echo;
  std::vector<std::string> said;
  emu::VirtioMmio device{
      bus, {asx::kDeviceBase + kPage, kLine}, memory, echo, [this](const std::string& line) { said.push_back(line); }};
  uint16_t made_available = 0;
};

}  // namespace

TEST_CASE("a virtio device says what it is, and its configuration is read in any width") {
  Driver d;
  CHECK(d.get(kMagic) == 0x74726976);
  CHECK(d.get(kVersion) == 2);
  CHECK(d.get(kDeviceId) == 42);
  CHECK(d.get(kConfiguration) == 0x44332211);
  CHECK(d.bus.read(kPage + kConfiguration + 1, 1) == 0x22);
  CHECK(d.bus.read(kPage + kConfiguration + 2, 2) == 0x4433);
  CHECK(d.bus.read(kPage + kMagic, 1) == 0);
  CHECK(d.get(kSharedMemoryLengthLow) == 0xffff'ffff);
  d.put(kQueueSelect, 1);
  CHECK(d.get(kQueueSizeMaximum) == 256);
  d.put(kQueueSelect, 2);
  CHECK(d.get(kQueueSizeMaximum) == 0);
}

TEST_CASE("a virtio device offers version 1, and agrees to no less and to nothing that it did not offer") {
  Driver d;
  d.put(kDeviceFeaturesSelect, 0);
  CHECK(d.get(kDeviceFeatures) == kFeatureOfTest);
  d.put(kDeviceFeaturesSelect, 1);
  CHECK(d.get(kDeviceFeatures) == 1);
  d.put(kDeviceFeaturesSelect, 2);
  CHECK(d.get(kDeviceFeatures) == 0);

  for (const uint64_t bad : {uint64_t{0}, kFeatureOfTest, kFeatureVersion1 | 2, kFeatureVersion1 | uint64_t{1} << 35}) {
    d.accept(bad);
    CHECK(d.get(kStatus) == (kAcknowledge | kDriver));
    d.put(kStatus, 0);
  }
  d.accept(kFeatureVersion1 | kFeatureOfTest);
  CHECK(d.get(kStatus) == (kAcknowledge | kDriver | kFeaturesOk));
  CHECK(d.echo.resets == 4);
}

TEST_CASE(
    "a virtio request is answered once the driver is there, its end raises the line, an acknowledgement lowers it") {
  Driver d;
  d.accept(kFeatureVersion1);
  d.place_queue(kTable, kAvailable, kUsed, kSize);
  d.poke(kData, uint64_t{0x1122334455667788});
  d.describe(3, {kData, 8, kNext, 6});
  d.describe(6, {kData + 0x100, 3, kNext | kWrite, 1});
  d.describe(1, {kData + 0x200, 100, kWrite, 0});
  d.make_available(3);
  d.put(kQueueNotify, 0);
  CHECK(d.echo.served == 0);  // no DRIVER_OK
  d.put(kStatus, d.get(kStatus) | kDriverOk);
  d.put(kQueueNotify, 0);
  CHECK(d.echo.served == 1);
  CHECK(d.peek<uint32_t>(kData + 0x100) == 0x667788);
  CHECK(d.peek<uint64_t>(kData + 0x200) == 0x1122334455);
  CHECK(d.peek<uint16_t>(kUsed + kRingIndex) == 1);
  CHECK(d.peek<uint32_t>(kUsed + kRingEntries) == 3);
  CHECK(d.peek<uint32_t>(kUsed + kRingEntries + 4) == 8);
  CHECK(d.asks());
  CHECK(d.get(kInterruptStatus) == kUsedBuffer);
  d.put(kInterruptAcknowledge, kUsedBuffer);
  CHECK(!d.asks());
  CHECK(d.said.empty());
}

TEST_CASE("a virtio ring goes round its end, and a driver that wants no interrupt gets none") {
  Driver d;
  d.start();
  d.poke(kAvailable, kNoInterrupt);
  d.describe(0, {kData, 4, kNext, 1});
  d.describe(1, {kData + 0x100, 4, kWrite, 0});
  for (uint32_t i = 0; i < 0x10005; ++i) {  // beyond 16 bits, too
    d.poke(kData, i);
    d.make_available(0);
    d.put(kQueueNotify, 0);
    REQUIRE(d.peek<uint32_t>(kData + 0x100) == i);
  }
  CHECK(d.peek<uint16_t>(kUsed + kRingIndex) == 5);
  CHECK(!d.asks());
}

TEST_CASE("a virtio queue that is misplaced makes the device need a reset, after which it works") {
  struct Case {
    uint64_t table, available, used;
    uint32_t size;
    const char* reason;
  };
  const Case cases[] = {
      {kTable, kAvailable, kUsed, 0, "the size of a queue is wrong"},
      {kTable, kAvailable, kUsed, 3, "the size of a queue is wrong"},
      {kTable, kAvailable, kUsed, 512, "the size of a queue is wrong"},
      {kTable + 8, kAvailable, kUsed, kSize, "a part of a queue is not aligned"},
      {kTable, kAvailable + 1, kUsed, kSize, "a part of a queue is not aligned"},
      {kTable, kAvailable, kUsed + 2, kSize, "a part of a queue is not aligned"},
      {kRam - 16 * (kSize - 1), kAvailable, kUsed, kSize, "a part of a queue is not in RAM"},
      {kTable, kRam - (4 + 2 * kSize), kUsed, kSize, "a part of a queue is not in RAM"},
      {kTable, kAvailable, kRam - (4 + 8 * kSize), kSize, "a part of a queue is not in RAM"},
      {~uint64_t{15}, kAvailable, kUsed, kSize, "a part of a queue is not in RAM"},
  };
  for (const Case& c : cases) {
    Driver d;
    d.accept(kFeatureVersion1);
    d.place_queue(c.table, c.available, c.used, c.size);
    CHECK(d.get(kQueueReady) == 0);
    CHECK((d.get(kStatus) & kDeviceNeedsReset) != 0);
    CHECK(d.said == std::vector<std::string>{std::string("virtio device 42 needs a reset: ") + c.reason});
    d.put(kStatus, 0);
    CHECK(d.get(kStatus) == 0);
    d.start();
    CHECK(d.get(kQueueReady) == 1);
  }
}

TEST_CASE("a virtio chain that breaks a rule makes the device need a reset and is not served") {
  Driver d;
  d.start();
  d.describe(0, {kData, 4, 0, 0});
  SECTION("a head outside of the table") {
    d.make_available(kSize);
    d.expect_refusal("a descriptor's index is outside of the table");
  }
  SECTION("a next descriptor outside of the table") {
    d.describe(0, {kData, 4, kNext, 0xffff});
    d.make_available(0);
    d.expect_refusal("a descriptor's index is outside of the table");
  }
  SECTION("a loop") {
    d.describe(0, {kData, 4, kNext, 1});
    d.describe(1, {kData, 4, kNext, 0});
    d.make_available(0);
    d.expect_refusal("a chain of descriptors is a loop");
  }
  SECTION("an indirect descriptor") {
    d.describe(0, {kData, 16, kIndirect, 0});
    d.make_available(0);
    d.expect_refusal("a descriptor is indirect, which was not offered");
  }
  SECTION("a buffer that ends beyond RAM") {
    d.describe(0, {kRam - 3, 4, kWrite, 0});
    d.make_available(0);
    d.expect_refusal("a buffer is not in RAM");
  }
  SECTION("a buffer whose end wraps to 0") {
    d.describe(0, {~uint64_t{0}, 4, kWrite, 0});
    d.make_available(0);
    d.expect_refusal("a buffer is not in RAM");
  }
  SECTION("a buffer to read after one to write") {
    d.describe(0, {kData, 4, kWrite | kNext, 1});
    d.describe(1, {kData, 4, 0, 0});
    d.make_available(0);
    d.expect_refusal("a buffer to read comes after one to write");
  }
  SECTION("more entries than the ring has") {
    d.poke(kAvailable + kRingIndex, uint16_t(kSize + 1));
    d.expect_refusal("the available ring claims more entries than it has");
  }
  CHECK(d.echo.served == 0);
  d.put(kQueueNotify, 0);  // nothing is served, and nothing is said again, until the reset
  CHECK(d.said.size() == 1);
}

TEST_CASE("a virtio chain of more than 4 GiB makes the device need a reset") {
  Driver d(uint64_t{3} << 30);
  d.start();
  d.describe(0, {0, 3u << 30, kWrite | kNext, 1});
  d.describe(1, {0, 3u << 30, kWrite, 0});
  d.make_available(0);
  d.expect_refusal("a chain is longer than 4 GiB");
}

TEST_CASE("a virtio answer written over the available ring does not keep the device busy") {
  Driver d;
  d.start();
  d.describe(0, {kData, 2, kNext, 1});
  d.describe(1, {kAvailable + kRingIndex, 2, kWrite, 0});
  d.poke(kData, uint16_t(5));
  d.make_available(0);
  d.put(kQueueNotify, 0);
  CHECK(d.echo.served == 1);
  CHECK(d.peek<uint16_t>(kAvailable + kRingIndex) == 5);
}

TEST_CASE("random rings and registers neither crash a virtio device nor take it out of RAM") {
  std::mt19937 random(1);
  int served = 0, refused = 0;
  for (int round = 0; round < 2000; ++round) {
    Driver d;
    d.start();
    const auto below = [&](uint32_t limit) { return uint32_t(random() % limit); };
    for (uint16_t i = 0; i < kSize; ++i) {  // mostly sensible, so that all depths are reached
      const uint64_t address = below(10) == 0 ? (uint64_t{random()} << 32 | random()) : below(kRam);
      const uint32_t length = below(10) == 0 ? uint32_t(random()) : below(0x2000);
      const uint16_t flags = uint16_t(below(20) == 0 ? random() : below(4));
      d.describe(i, {address, length, flags, uint16_t(below(20) == 0 ? random() : below(kSize))});
    }
    for (uint32_t step = 0; step < 20; ++step) {
      if (below(4) == 0) d.put(4 * below(0x50), below(2) == 0 ? uint32_t(random()) : below(256));
      d.make_available(uint16_t(below(kSize + 1)));
      d.put(kQueueNotify, below(3) == 0 ? below(4) : 0);
    }
    served += d.echo.served;
    refused += int(d.said.size());
    CHECK(d.said.size() <= 1);
    d.put(kStatus, 0);
    CHECK(d.get(kStatus) == 0);
    CHECK(!d.asks());
  }
  CHECK(served > 1000);
  CHECK(refused > 1000);
}
