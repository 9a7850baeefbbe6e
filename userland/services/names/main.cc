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
constexpr unsigned kStacks = 16;
constexpr uint64_t kStackSize = 8192;

hop::Mutex lock;
Registration registrations[kMaximumNames];
unsigned count = 0;
unsigned waiting = 0;        // threads inside Wait that have not been woken
uint16_t something_new = 0;  // event

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
  for (; waiting != 0; --waiting) hop::kernel::event_signal(something_new);
  return hop::reply(Status::Ok);
}

/// Puts the gate into the thread's baggage. announce: the caller will wait if there is none.
Reply look_up(const Name& name, bool announce) {
  const hop::Guard guard(lock);
  const Registration* found = find(name);
  if (found != nullptr) return hop::kernel::transfer_put(0, found->gate, hop::kRightRead | hop::kRightWrite);
  if (announce) ++waiting;
  return hop::reply(Status::NotFound);
}

Reply wait_for(const Name& name) {
  for (;;) {
    const Reply found = look_up(name, true);
    if (found.status() != Status::NotFound) return found;
    hop::kernel::event_wait(something_new, hop::kernel::kNoDeadline);
  }
}

}  // namespace

HOP_GATE(names_entry, names_handler);

hop::Reply names_handler(const hop::Request& request) {
  const Name name{{request.arguments.a, request.arguments.b, request.arguments.c}};
  switch (static_cast<hop::names::Operation>(request.operation)) {
    case hop::names::Operation::Register:
      return register_gate(name);
    case hop::names::Operation::Lookup:
      return look_up(name, false);
    case hop::names::Operation::Wait:
      return wait_for(name);
  }
  return hop::reply(Status::NoSuchCall);
}

int hop_main() {
  const Reply event = hop::kernel::event_create();
  if (event.is_error()) hop::panic("names: no event");
  something_new = static_cast<uint16_t>(event.value);
  if (hop::add_stacks(kStacks, kStackSize) != Status::Ok) hop::panic("names: no memory for stacks");
  if (hop::make_gate(names_entry, 0).is_error()) hop::panic("names: no gate");
  return 0;
}
