// SPDX-License-Identifier: GPL-2.0-or-later
// names: finds gates by name. Its first gate is what every later service has at kNamesGate.
#include "userland/interfaces/names/names.h"

#include "userland/runtime/gate.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/mutex.h"
#include "userland/runtime/program.h"

extern "C" void names_entry();
extern "C" hop::Reply names_handler(const hop::Request& request);

namespace {

using hop::Reply;
using hop::Status;

struct Name {
  uint64_t word[3];
  friend bool operator==(const Name&, const Name&) = default;
};

struct Registration {
  Name name;
  uint16_t gate;
};

constexpr unsigned kMaximumNames = 64;
constexpr unsigned kMaximumWaiting = 16;
constexpr unsigned kStacks = 2 * kMaximumWaiting;  // who registers must find one, however many wait
constexpr uint64_t kStackSize = 8192;

/// A place to wait. Each has an event of its own: who waits at a common one may take another's signal.
struct Waiter {
  uint16_t event = 0;
  bool is_used = false;
};

hop::Mutex lock;
Registration registrations[kMaximumNames];
unsigned count = 0;
Waiter waiters[kMaximumWaiting];

const Registration* find(const Name& name) {
  for (unsigned i = 0; i < count; ++i) {
    if (registrations[i].name == name) return &registrations[i];
  }
  return nullptr;
}

Reply register_gate(const Name& name) {
  const hop::Guard guard(lock);
  if (find(name) != nullptr) return hop::reply(Status::Exists);
  if (count == kMaximumNames) return hop::reply(Status::NoSpace);
  const Reply taken = hop::kernel::transfer_take(0);
  if (taken.is_error()) return taken;
  registrations[count++] = {name, static_cast<uint16_t>(taken.value)};
  for (const Waiter& waiter : waiters) {
    if (waiter.is_used) hop::kernel::event_signal(waiter.event);
  }
  return hop::reply(Status::Ok);
}

/// Puts the gate into the thread's baggage.
Reply look_up(const Name& name) {
  const hop::Guard guard(lock);
  const Registration* found = find(name);
  if (found == nullptr) return hop::reply(Status::NotFound);
  return hop::kernel::transfer_put(0, found->gate, hop::kRightRead | hop::kRightWrite);
}

Waiter* take_waiter() {
  const hop::Guard guard(lock);
  for (Waiter& waiter : waiters) {
    if (waiter.is_used) continue;
    waiter.is_used = true;
    return &waiter;
  }
  return nullptr;
}

Reply wait_for(const Name& name) {
  Waiter* waiter = take_waiter();
  if (waiter == nullptr) return hop::reply(Status::TryAgain);
  Reply found = look_up(name);
  while (found.status() == Status::NotFound) {
    const Reply waited = hop::kernel::event_wait(waiter->event, hop::kernel::kNoDeadline);
    found = waited.is_error() ? waited : look_up(name);
  }
  const hop::Guard guard(lock);
  waiter->is_used = false;
  return found;
}

}  // namespace

HOP_GATE(names_entry, names_handler);

hop::Reply names_handler(const hop::Request& request) {
  const Name name{{request.arguments.a, request.arguments.b, request.arguments.c}};
  switch (static_cast<hop::names::Operation>(request.operation)) {
    case hop::names::Operation::Register:
      return register_gate(name);
    case hop::names::Operation::Lookup:
      return look_up(name);
    case hop::names::Operation::Wait:
      return wait_for(name);
  }
  return hop::reply(Status::NoSuchCall);
}

int hop_main() {
  for (Waiter& waiter : waiters) {
    const Reply event = hop::kernel::event_create();
    if (event.is_error()) hop::panic("names: no event");
    waiter.event = static_cast<uint16_t>(event.value);
  }
  if (hop::add_stacks(kStacks, kStackSize) != Status::Ok) hop::panic("names: no memory for stacks");
  if (hop::make_gate(names_entry, 0).is_error()) hop::panic("names: no gate");
  return 0;
}
