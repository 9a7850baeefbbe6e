// SPDX-License-Identifier: GPL-2.0-or-later
// What the system says of itself: uname, sysinfo, getrandom.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/random.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/task.h"
#include "userland/services/linux/text.h"

namespace hop::personality {
namespace {

void set_name(char (&field)[kNameLength], const char* value) {
  TextWriter(field, kNameLength - 1).text(value);
}

}  // namespace

int64_t sys_uname(Task&, const Arguments& a) {
  SystemNames names = {};
  set_name(names.system, "Linux");
  set_name(names.node, "hopscotch");
  set_name(names.release, "6.1.0");
  set_name(names.version, "#1 ASX");
  set_name(names.machine, "x86_64");
  set_name(names.domain, "(none)");
  return write_out(a[0], names) ? 0 : kEfault;
}

int64_t sys_sysinfo(Task&, const Arguments& a) {
  SystemInformation information = {};
  information.uptime = static_cast<int64_t>(monotonic_nanoseconds() / kNanoseconds);
  information.total_memory = system_information(SystemInfo::TotalMemory);
  information.free_memory = system_information(SystemInfo::FreeMemory);
  information.processes = 1;
  information.unit = 1;
  return write_out(a[0], information) ? 0 : kEfault;
}

int64_t sys_getrandom(Task&, const Arguments& a) {
  constexpr uint64_t kKnownFlags = 7;
  if (a[2] & ~kKnownFlags) return kEinval;
  const uint64_t bytes = a[1] < kTransferMaximum ? a[1] : kTransferMaximum;
  return caller_address(a[0], bytes) == 0 && bytes != 0 ? kEfault : random_out(a[0], bytes);
}

}  // namespace hop::personality
