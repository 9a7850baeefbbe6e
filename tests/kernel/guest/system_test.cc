// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers about the system, boot modules, devices and their interrupts. Expects one data module, 5,000 bytes of which
// byte n is n % 251, named "data".
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/devices/devices.h"
#include "isa-ext/abi/devices/serial.h"
#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/gate.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using hop::Status;
using hop::SystemInfo;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;
constexpr uint64_t kDataBytes = 5000;

uint16_t make_space() {
  return SELECTOR(space_create(asx::kSpaceStack, 16, 0x74736574, 0));
}
void end_space(uint16_t space) {
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
}
volatile uint8_t& byte_at(uint16_t selector, uint64_t offset) {
  return *reinterpret_cast<volatile uint8_t*>(address_in(selector, offset));
}

uint64_t data_module() {
  for (uint64_t i = 0; i < info(SystemInfo::Modules); ++i) {
    if (info(SystemInfo::ModuleName, i) == 0x61746164) return i;
  }
  return ~uint64_t{0};
}

}  // namespace

GUEST_TEST("the kernel tells what it was told") {
  CHECK_EQUAL(info(SystemInfo::ClockHz), 1'000'000'000u);
  CHECK_EQUAL(info(SystemInfo::TotalMemory), 64u << 20);
  CHECK(info(SystemInfo::FreeMemory) < info(SystemInfo::TotalMemory));
  CHECK_EQUAL(info(SystemInfo::Modules), 2u);
  CHECK_EQUAL(info(SystemInfo::ModuleSize, data_module()), kDataBytes);
  CHECK_STATUS(system_info(10), Status::Invalid);
  CHECK_EQUAL(info(SystemInfo::Cpus), 1u);
  CHECK_STATUS(system_info(0x100 + 2), Status::NotFound);
  CHECK_STATUS(log_write(41, 0, 0, 0, 0, 0), Status::Invalid);
  CHECK_STATUS(call(static_cast<hop::Call>(999)), Status::NoSuchCall);
}

GUEST_TEST("the kernel's check of its memory finds nothing, also while spaces share pages") {
  const uint16_t first = make_space(), second = make_space();
  CHECK_OK(space_map(first, 0, 2 * kPage, kReadWrite));
  byte_at(first, kPage) = 1;
  CHECK_OK(space_share(second, 0, first, 0, 2 * kPage, hop::kProtectRead));
  CHECK_EQUAL(system_check().value, 0);
  end_space(first);
  CHECK_EQUAL(system_check().value, 0);
  end_space(second);
}

GUEST_TEST("a module is read where it lies, and a write gets a copy") {
  const uint16_t first = make_space(), second = make_space();
  CHECK_OK(module_map(first, 0, data_module(), kReadWrite));
  CHECK_OK(module_map(second, 0x5000, data_module(), hop::kProtectRead));
  for (uint64_t i = 0; i < kDataBytes; i += 17) CHECK_EQUAL(byte_at(first, i), i % 251);
  CHECK_EQUAL(byte_at(first, kDataBytes), 0u);
  byte_at(first, 100) = 255;
  byte_at(first, kPage + 1) = 254;
  CHECK_EQUAL(byte_at(first, 100), 255u);
  CHECK_EQUAL(byte_at(first, 101), 101u);
  CHECK_EQUAL(byte_at(second, 0x5000 + 100), 100u);
  CHECK_EQUAL(byte_at(second, 0x6000 + 1), (kPage + 1) % 251);
  CHECK(probe_write(address_in(second, 0x5000)).is_page_fault(asx::kPageFaultPresent | asx::kPageFaultWrite));
  CHECK_OK(space_protect(second, 0x5000, kPage, kReadWrite));
  byte_at(second, 0x5000) = 1;
  CHECK_EQUAL(byte_at(first, 0), 0u);
  CHECK_STATUS(module_map(first, 0x1000, data_module(), kReadWrite), Status::Invalid);
  CHECK_STATUS(module_map(first, 0, 2, kReadWrite), Status::NotFound);
  end_space(first);
  end_space(second);
}

GUEST_TEST("a module page that is shared with a writer is copied first") {
  const uint16_t source = make_space(), writer = make_space(), reader = make_space(), witness = make_space();
  CHECK_OK(module_map(source, 0, data_module(), kReadWrite));
  CHECK_OK(module_map(witness, 0, data_module(), hop::kProtectRead));
  CHECK_OK(space_share(writer, 0, source, 0, kPage, kReadWrite));
  CHECK_OK(space_share(reader, 0, witness, kPage, kPage, hop::kProtectRead));
  byte_at(writer, 7) = 200;
  CHECK_EQUAL(byte_at(source, 7), 200u);
  CHECK_EQUAL(byte_at(witness, 7), 7u);
  CHECK_EQUAL(byte_at(reader, 0), kPage % 251);
  for (const uint16_t space : {source, writer, reader, witness}) end_space(space);
}

GUEST_TEST("a line signals its event once, until it is told that it was served") {
  const uint16_t space = make_space();
  CHECK_OK(device_map(space, 0, asx::kSerialBase));
  const Event event;
  CHECK_STATUS(interrupt_bind(event.selector(), asx::kTimerLine), Status::Invalid);
  CHECK_STATUS(interrupt_bind(event.selector(), asx::kInterruptLines), Status::Invalid);
  CHECK_OK(interrupt_bind(event.selector(), asx::kSerialInterrupt));
  const auto soon = [] { return hop::clock_ticks() + 50'000; };
  CHECK_STATUS(event_wait(event.selector(), soon()), Status::TimedOut);
  byte_at(space, asx::serial::kInterruptEnable) = asx::serial::kEnableTransmit;  // the transmitter is empty: it asks
  CHECK_EQUAL(event_wait(event.selector(), soon()).value, 1u);
  CHECK_STATUS(event_wait(event.selector(), soon()), Status::TimedOut);
  byte_at(space, asx::serial::kInterruptEnable) = 0;
  CHECK_OK(interrupt_done(asx::kSerialInterrupt));
  CHECK_STATUS(event_wait(event.selector(), soon()), Status::TimedOut);
  byte_at(space, asx::serial::kInterruptEnable) = asx::serial::kEnableTransmit;
  CHECK_EQUAL(event_wait(event.selector(), soon()).value, 1u);
  byte_at(space, asx::serial::kInterruptEnable) = 0;
  CHECK_OK(interrupt_done(asx::kSerialInterrupt));
  end_space(space);
}

namespace {

/// What a driver's thread has seen.
struct Service {
  uint16_t device = 0;
  volatile uint64_t interrupts = 0, line = 0, asked_at = 0, latency = 0, is_done = 0;
};
Service service;

}  // namespace

extern "C" {
void driver_entry();
hop::Reply driver(const hop::Request& request);
/// Quiets the device and is gone.
hop::Reply driver(const hop::Request& request) {
  service.latency = hop::clock_ticks() - service.asked_at;
  service.line = request.arguments.a;
  service.interrupts = service.interrupts + 1;
  byte_at(service.device, asx::serial::kInterruptEnable) = 0;
  service.is_done = static_cast<uint64_t>(interrupt_done(request.arguments.a).status() == Status::Ok);
  return {};
}
}
HOP_GATE(driver_entry, driver);

GUEST_TEST("an interrupt makes a thread in the driver's gate, which serves it and is gone") {
  static const bool has_stacks = hop::add_stacks(2, 0x4000) == Status::Ok;
  CHECK(has_stacks);
  service.device = make_space();
  CHECK_OK(device_map(service.device, 0, asx::kSerialBase));
  service.interrupts = 0;
  const uint16_t gate = SELECTOR(hop::make_gate(driver_entry, 0));
  CHECK_OK(interrupt_spawn(asx::kSerialInterrupt, gate, hop::kStackSpace));
  uint64_t idle = 0;
  for (uint64_t i = 1; i <= 101; ++i) {
    service.is_done = 0;
    service.asked_at = hop::clock_ticks();
    byte_at(service.device, asx::serial::kInterruptEnable) = asx::serial::kEnableTransmit;
    while (service.is_done == 0) CHECK_OK(thread_sleep(hop::clock_ticks() + 1'000));
    CHECK_EQUAL(service.interrupts, i);
    CHECK_EQUAL(service.line, asx::kSerialInterrupt);
    if (i != 1) continue;
    let_them_end();
    idle = info(SystemInfo::FreeMemory);
  }
  let_them_end();
  CHECK_EQUAL(info(SystemInfo::FreeMemory), idle);  // a hundred interrupts later
  CHECK(service.latency < 5'000);
  // bound to something else, the line gives the thread and its stack back
  const Event event;
  CHECK_OK(interrupt_bind(event.selector(), asx::kSerialInterrupt));
  CHECK(info(SystemInfo::FreeMemory) > idle);
  CHECK_OK(gate_destroy(gate));
  CHECK_OK(list_remove(hop::kSelf, gate));
  end_space(service.device);
}

GUEST_TEST("a line that starts threads is bound to a gate with a stack, and to nothing when its space has died") {
  const Child child = make_child(1);
  const uint16_t gate = make_gate(child, callee_add_one, asx::StackPolicy::Pool);
  CHECK_STATUS(interrupt_spawn(asx::kTimerLine, gate, hop::kStackSpace), Status::Invalid);
  CHECK_STATUS(interrupt_spawn(asx::kSignalLine, gate, hop::kStackSpace), Status::Invalid);
  CHECK_STATUS(interrupt_spawn(asx::kSerialInterrupt, gate, gate), Status::BadHandle);
  CHECK_OK(interrupt_spawn(asx::kSerialInterrupt, gate, hop::kStackSpace));
  CHECK_STATUS(interrupt_spawn(asx::kSerialInterrupt, gate, hop::kStackSpace), Status::TryAgain);
  CHECK_OK(space_destroy(child.space));
  CHECK_STATUS(interrupt_done(asx::kSerialInterrupt), Status::Invalid);
  end_gate(gate);
  end_child(child);
}
