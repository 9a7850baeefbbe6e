// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/services.h"

#include "userland/runtime/kernel.h"
#include "userland/runtime/log.h"
#include "userland/services/linux/abi/errno.h"
#include "userland/services/linux/abi/time.h"

namespace hop::personality {
namespace {

/// What the machine does not change while it runs, and the gates of the services.
struct Connections {
  uint16_t files = 0, console = 0;
  uint64_t clock_hz = kNanoseconds, wall_clock = 0;
};

Connections& connections() {
  static Connections value;
  return value;
}

Answer to_answer(const Reply& reply) {
  if (reply.status() == Status::ServerFault) return {kEio, 0};
  return {reply.value, reply.second};
}

}  // namespace

void set_gates(uint16_t files, uint16_t console) {
  connections() = {files, console, kernel::info(SystemInfo::ClockHz), kernel::info(SystemInfo::WallClock)};
}

Answer files_call(files::Operation operation, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
  return to_answer(gate_call(connections().files, static_cast<uint64_t>(operation), {a, b, c, d, e, 0}));
}

Answer console_call(console::Operation operation, uint64_t a, uint64_t b, uint64_t c) {
  return to_answer(gate_call(connections().console, static_cast<uint64_t>(operation), {a, b, c, 0, 0, 0}));
}

int64_t kernel_call(Call call, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  return kernel::call(call, {a, b, c, d, e, f}).value;
}

uint64_t system_information(SystemInfo item) {
  return kernel::info(item);
}

uint64_t clock_ticks() {
  return hop::clock_ticks();
}

uint64_t ticks_to_nanoseconds(uint64_t ticks) {
  const uint64_t hz = connections().clock_hz;
  if (hz == kNanoseconds) return ticks;
  return ticks / hz * kNanoseconds + ticks % hz * kNanoseconds / hz;
}

uint64_t monotonic_nanoseconds() {
  return ticks_to_nanoseconds(clock_ticks());
}
uint64_t wall_nanoseconds() {
  return connections().wall_clock + monotonic_nanoseconds();
}

uint64_t deadline_after(uint64_t nanoseconds) {
  const uint64_t hz = connections().clock_hz;
  const uint64_t ticks = hz == kNanoseconds
                             ? nanoseconds
                             : nanoseconds / kNanoseconds * hz + nanoseconds % kNanoseconds * hz / kNanoseconds;
  const uint64_t now = clock_ticks();
  return ticks >= kNoDeadline - now ? kNoDeadline : now + ticks;
}

}  // namespace hop::personality
