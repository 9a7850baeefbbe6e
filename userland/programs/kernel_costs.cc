// SPDX-License-Identifier: GPL-2.0-or-later
// For hop lab kernel-costs: does one thing so many times, as the boot module "data" says: a letter for what, and a
// number. Run with two numbers, the difference is what the thing costs.
#include "isa-ext/abi/devices/devices.h"
#include "isa-ext/abi/devices/serial.h"
#include "isa-ext/abi/structures.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/log.h"
#include "userland/runtime/program.h"

namespace {

using namespace hop::kernel;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kMebibyte = uint64_t{1} << 20;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;
constexpr uint64_t kArea = uint64_t{12} << 40;  // in the program's own space
constexpr uint64_t kDataName = 0x61746164;      // "data"

volatile uint8_t* device = nullptr;
volatile uint64_t served = 0;
uint16_t paged = 0;  // a space with a pager

uint16_t must(const hop::Reply& reply) {
  if (!reply.is_error()) return static_cast<uint16_t>(reply.value);
  hop::LogLine() << "kernel_costs: status " << reply.value;
  machine_exit(2);
  __builtin_trap();
}

}  // namespace

extern "C" {
void nothing_entry();
hop::Reply nothing(const hop::Request& request);
hop::Reply nothing(const hop::Request&) {
  return {};
}

void driver_entry();
hop::Reply driver(const hop::Request& request);
hop::Reply driver(const hop::Request& request) {
  device[asx::serial::kInterruptEnable] = 0;
  interrupt_done(request.arguments.a);
  served = served + 1;
  return {};
}

void pager_entry();
hop::Reply pager(const hop::Request& request);
hop::Reply pager(const hop::Request& request) {
  space_supply(paged, request.arguments.a, hop::kSelf, kArea, kPage, uint64_t{1});
  return {};
}

void waiter_entry();
hop::Reply waiter(const hop::Request& request);
hop::Reply waiter(const hop::Request& request) {
  event_wait(request.arguments.a, kNoDeadline);
  return {};
}
}
HOP_GATE(nothing_entry, nothing);
HOP_GATE(driver_entry, driver);
HOP_GATE(pager_entry, pager);
HOP_GATE(waiter_entry, waiter);

namespace {

uint16_t gate_of(void (*entry)(), unsigned stacks) {
  if (hop::add_stacks(stacks, 4 * kPage) != hop::Status::Ok) machine_exit(2);
  return must(hop::make_gate(entry, 0));
}

void call_kernel(uint64_t times) {
  for (uint64_t i = 0; i < times; ++i) alert_take();
}

void start_threads(uint64_t times) {
  const uint16_t gate = gate_of(nothing_entry, 1);
  for (uint64_t i = 0; i < times; ++i) {
    const uint16_t thread = must(thread_create(gate, hop::kStackSpace, 0, 0, 0, 0));
    must(list_remove(hop::kSelf, thread));
    thread_yield();
  }
}

/// Says in the log what the call thread_create takes, by the clock, which counts instructions; less what looking at
/// the clock takes. The first rounds do not count: in them the kernel has no ended thread in stock.
void start_threads_by_the_clock(uint64_t times) {
  constexpr uint64_t kFirst = 4;
  const uint16_t gate = gate_of(nothing_entry, 1);
  uint64_t sum = 0;
  for (uint64_t i = 0; i < times + kFirst; ++i) {
    const uint64_t first = hop::clock_ticks();
    const uint64_t before = hop::clock_ticks();
    const hop::Reply thread = thread_create(gate, hop::kStackSpace, 0, 0, 0, 0);
    const uint64_t after = hop::clock_ticks();
    if (i >= kFirst) sum += (after - before) - (before - first);
    must(list_remove(hop::kSelf, must(thread)));
    thread_yield();
  }
  hop::LogLine() << "ticks " << (times == 0 ? 0 : sum / times);
}

/// The driver's threads have a higher priority: each runs at once, and is gone when the loop goes on.
void interrupt(uint64_t times) {
  must(device_map(hop::kSelf, kArea, asx::kSerialBase + asx::kDevicePage));
  device = reinterpret_cast<volatile uint8_t*>(kArea);
  must(interrupt_spawn(asx::kSerialInterrupt + 1, gate_of(driver_entry, 2), hop::kStackSpace));
  must(thread_set_priority(0, hop::kDefaultPriority - 1));
  for (uint64_t i = 0; i < times; ++i) {
    device[asx::serial::kInterruptEnable] = asx::serial::kEnableTransmit;
    while (served == i) {
    }
  }
}

/// First touches, far from each other, so that no page comes along with its neighbour.
void touch(uint64_t times) {
  constexpr uint64_t kDistance = 64 * kPage;
  must(space_map(hop::kSelf, kArea, 1000 * kDistance, kReadWrite));
  for (uint64_t i = 0; i < times; ++i) *reinterpret_cast<volatile uint8_t*>(kArea + i * kDistance) = 1;
}

void touch_paged(uint64_t times) {
  must(space_map(hop::kSelf, kArea, kPage, kReadWrite));
  *reinterpret_cast<volatile uint8_t*>(kArea) = 1;
  paged = must(space_create(asx::kSpaceStack, 1, 0x6465676170, 0));
  must(space_map(paged, 0, 1000 * kPage, kReadWrite | hop::kMapPaged));
  must(space_set_pager(paged, gate_of(pager_entry, 1)));
  for (uint64_t i = 0; i < times; ++i) *reinterpret_cast<volatile uint8_t*>(uint64_t{paged} << 48 | i * kPage) = 1;
}

void share(uint64_t times, uint64_t bytes) {
  must(space_map(hop::kSelf, kArea, bytes, kReadWrite));
  for (uint64_t offset = 0; offset < bytes; offset += kPage) *reinterpret_cast<volatile uint8_t*>(kArea + offset) = 1;
  const uint16_t other = must(space_create(asx::kSpaceStack, 1, 0x726568746f, 0));
  for (uint64_t i = 0; i < times; ++i) {
    must(space_share(other, i * bytes, hop::kSelf, kArea, bytes, kReadWrite));
  }
}

void copy(uint64_t times, uint64_t bytes) {
  must(space_map(hop::kSelf, kArea, bytes, kReadWrite));
  for (uint64_t offset = 0; offset < bytes; offset += kPage) *reinterpret_cast<volatile uint8_t*>(kArea + offset) = 1;
  const uint16_t other = must(space_create(asx::kSpaceStack, 1, 0x726568746f, 0));
  for (uint64_t i = 0; i < times; ++i) must(space_copy(other, i * bytes, hop::kSelf, kArea, bytes));
}

void move(uint64_t times, uint64_t bytes) {
  must(space_map(hop::kSelf, kArea, bytes, kReadWrite));
  for (uint64_t offset = 0; offset < bytes; offset += kPage) *reinterpret_cast<volatile uint8_t*>(kArea + offset) = 1;
  for (uint64_t i = 0; i < times; ++i) {
    must(space_move(hop::kSelf, kArea + i * bytes, kArea + (i + 1) * bytes, bytes));
  }
}

/// Leaves so many threads waiting, and says in the log how much memory is free.
void wait_in_threads(uint64_t times) {
  const uint16_t gate = gate_of(waiter_entry, 64);
  const uint16_t never = must(event_create());
  for (uint64_t i = 0; i < times; ++i) {
    must(list_remove(hop::kSelf, must(thread_create(gate, hop::kStackSpace, 0, 0, never, 0))));
  }
  thread_sleep(hop::clock_ticks() + 50'000'000);
  hop::LogLine() << "free " << info(hop::SystemInfo::FreeMemory);
}

}  // namespace

int hop_main() {
  uint64_t module = 0;
  while (module < info(hop::SystemInfo::Modules) && info(hop::SystemInfo::ModuleName, module) != kDataName) ++module;
  constexpr uint64_t kText = uint64_t{11} << 40;
  must(module_map(hop::kSelf, kText, module, hop::kProtectRead));
  const char* text = reinterpret_cast<const char*>(kText);
  uint64_t times = 0;
  for (const char* digit = text + 1; *digit >= '0' && *digit <= '9'; ++digit)
    times = times * 10 + uint64_t(*digit - '0');
  switch (*text) {
    case 'k':
      call_kernel(times);
      break;
    case 't':
      start_threads(times);
      break;
    case 'T':
      start_threads_by_the_clock(times);
      break;
    case 'i':
      interrupt(times);
      break;
    case 'p':
      touch(times);
      break;
    case 's':
      share(times, kPage);
      break;
    case 'S':
      share(times, kMebibyte);
      break;
    case 'P':
      touch_paged(times);
      break;
    case 'c':
      copy(times, kPage);
      break;
    case 'C':
      copy(times, kMebibyte);
      break;
    case 'm':
      move(times, kPage);
      break;
    case 'M':
      move(times, kMebibyte);
      break;
    case 'w':
      wait_in_threads(times);
      break;
    default:
      return 1;
  }
  return 0;
}
