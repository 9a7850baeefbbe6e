// SPDX-License-Identifier: GPL-2.0-or-later
// Log, numbers about the system, boot modules, the end of the machine.
#include "isa-ext/abi/devices/devices.h"
#include "kernel/arch/boot_info.h"
#include "kernel/arch/log.h"
#include "kernel/arch/power.h"
#include "kernel/calls/arguments.h"
#include "kernel/calls/self_check.h"
#include "kernel/lib/bytes.h"
#include "kernel/object/thread_stock.h"

namespace kernel::calls {

namespace {

constexpr uint64_t kWordBytes = 8;
constexpr uint64_t kModuleItems = 0x100;

uint64_t first_characters(const char* name) {
  uint64_t word = 0;
  for (unsigned i = 0; i < kWordBytes; ++i) word |= uint64_t{static_cast<uint8_t>(name[i])} << (8 * i);
  return word;
}

}  // namespace

Reply log_write(const Caller&, const Arguments& arguments) {
  const uint64_t length = arguments[0];
  if (length > 5 * kWordBytes) return Status::Invalid;
  for (uint64_t i = 0; i < length; ++i) {
    put(static_cast<char>(arguments[1 + static_cast<unsigned>(i / kWordBytes)] >> (8 * (i % kWordBytes))));
  }
  return Status::Ok;
}

Reply system_info(const Caller&, const Arguments& arguments) {
  const uint64_t item = arguments[0];
  const asx::BootInfo& info = boot_info();
  const uint64_t module = item % kModuleItems;
  switch (static_cast<hop::SystemInfo>(item - (item >= kModuleItems ? module : 0))) {
    case hop::SystemInfo::ClockHz:
      return Reply(info.clock_hz);
    case hop::SystemInfo::WallClock:
      return Reply(info.wall_clock_ns);
    case hop::SystemInfo::RandomSeed:
      return Reply(info.random_seed);
    case hop::SystemInfo::BootFlags:
      return Reply(info.flags);
    case hop::SystemInfo::ConsoleTerminals:
      return Reply(info.console_terminals);
    case hop::SystemInfo::ConsoleSize:
      return Reply(uint64_t{info.console_rows} << 16 | info.console_columns);
    case hop::SystemInfo::TotalMemory:
      return Reply(info.memory_size);
    case hop::SystemInfo::FreeMemory:
      empty_thread_stock();
      return Reply(frames().free_bytes());
    case hop::SystemInfo::Cpus:
      return Reply(cpu_count);
    case hop::SystemInfo::Modules:
      return Reply(info.module_count);
    case hop::SystemInfo::ModuleSize:
      if (module >= info.module_count) return Status::NotFound;
      return Reply(info.modules[module].size);
    case hop::SystemInfo::ModuleName:
      if (module >= info.module_count) return Status::NotFound;
      return Reply(first_characters(info.modules[module].name));
  }
  return Status::Invalid;
}

Reply module_map(const Caller& caller, const Arguments& arguments) {
  const uint64_t space = arguments[0], offset = arguments[1], number = arguments[2], protection = arguments[3];
  if (number >= boot_info().module_count) return Status::NotFound;
  const asx::BootModule& module = boot_info().modules[number];
  const uint64_t length = round_up(module.size, asx::kPageSize);
  if (!is_protection(protection) || !is_range(offset, length)) return Status::Invalid;
  if (!caller.code.has_authority(hop::kAuthorityModules)) return Status::NotPermitted;
  const Result<Space*> target = resolve_space(caller, space, hop::kRightControl);
  if (!target) return target.status();
  return target.value()->map_foreign({offset, offset + length}, {module.start}, protection);
}

Reply device_map(const Caller& caller, const Arguments& arguments) {
  const uint64_t space = arguments[0], offset = arguments[1], page = arguments[2];
  if (!is_range(offset, asx::kPageSize) || page % asx::kPageSize != 0) return Status::Invalid;
  if (page < asx::kDeviceBase || page >= asx::kDeviceEnd) return Status::Invalid;
  uint32_t needed = hop::kAuthorityIo;
  if (page == asx::kPowerBase) needed |= hop::kAuthorityPower;
  if (!caller.code.has_authority(needed)) return Status::NotPermitted;
  const Result<Space*> target = resolve_space(caller, space, hop::kRightControl);
  if (!target) return target.status();
  return target.value()->map_device(offset, {page});
}

Reply machine_exit(const Caller& caller, const Arguments& arguments) {
  const uint64_t status = arguments[0];
  if (status > 255) return Status::Invalid;
  if (!caller.code.has_authority(hop::kAuthorityPower)) return Status::NotPermitted;
  power_off(static_cast<uint32_t>(status));
}

Reply system_check(const Caller& caller, const Arguments&) {
  if (!caller.code.has_authority(hop::kAuthorityPower)) return Status::NotPermitted;
  const Result<uint64_t> found = check_everything();
  return found ? Reply(found.value()) : Reply(found.status());
}

Reply memory_fail(const Caller& caller, const Arguments& arguments) {
  if (!caller.code.has_authority(hop::kAuthorityPower)) return Status::NotPermitted;
  const uint64_t left = allocations_until_failure;
  allocations_until_failure = arguments[0];
  return Reply(0, left);
}

}  // namespace kernel::calls
