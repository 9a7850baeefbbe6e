// SPDX-License-Identifier: GPL-2.0-or-later
// A service is killed at random instructions while clients use it, and made anew. The module "data" says the seed and
// how many times: two numbers.
#include <new>

#include "isa-ext/abi/address.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/relay.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/mutex.h"

extern "C" {
void victim_entry();
hop::Reply victim(const hop::Request& request);
void backend_entry();
hop::Reply backend(const hop::Request& request);
void idler_entry();
hop::Reply idler(const hop::Request& request);
void recovery_entry();
}

namespace {

using namespace guest;
using namespace hop::kernel;
using asx::AsCause;
using hop::Status;

constexpr unsigned kClients = 20;
constexpr uint64_t kDataName = 0x61746164;  // "data"
constexpr uint64_t kText = uint64_t{11} << 40;
constexpr uint64_t kTableBytes = 1024;

/// The right answer.
uint64_t answer_to(uint64_t question) {
  return (question * 0x9e3779b97f4a7c15 ^ question >> 7) & 0x7fff'ffff;
}

// The service's own: its space has a copy of the image.
constinit hop::Mutex table_lock;
uint64_t table[kTableBytes / sizeof(uint64_t)] = {};
uint16_t backend_gate = 0, own_gate = 0;

/// A service in a space, with a quota of its own.
struct Victim {
  uint16_t quota = 0, gate = 0;
  Child child{};
};
volatile uint64_t gate_now = 0;  // of the service as it is now
volatile bool is_over = false;

struct Client {
  const Event* done = nullptr;
  uint64_t seed = 0, question = 0;
  hop::Reply reply = {};
  volatile uint64_t right = 0, wrong = 0, died = 0, refused = 0;
};

uint64_t next_random(uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

/// The gate leads nowhere any more, or all its stacks are in use.
bool is_defined_refusal(const Caught& caught) {
  for (const AsCause cause : {AsCause::SpaceInvalid, AsCause::SpaceGeneration, AsCause::GateInvalid,
                              AsCause::EntryInvalid, AsCause::SlotGeneration, AsCause::PoolEmpty}) {
    if (caught.is(call_fault(cause))) return true;
  }
  return false;
}

/// The service has died under the call, or has given up waiting for another one.
bool is_defined_error(Status status) {
  return status == Status::ServerFault || status == Status::CallAborted;
}

void ask(uint64_t where) {
  Client& client = *reinterpret_cast<Client*>(where);
  client.reply = hop::gate_call(static_cast<uint16_t>(gate_now), 0, {client.question});
}

void be_client(uint64_t where) {
  Client& client = *reinterpret_cast<Client*>(where);
  while (!is_over) {
    client.question = next_random(client.seed);
    const Caught caught = probe(ask, where);
    if (caught.has_faulted) {
      if (!is_defined_refusal(caught))
        fail_comparison("a defined refusal", caught.error_code, caught.vector, __FILE__, __LINE__);
      is_defined_refusal(caught) ? client.refused = client.refused + 1 : client.wrong = client.wrong + 1;
      thread_yield();
    } else if (is_defined_error(client.reply.status())) {
      client.died = client.died + 1;
    } else {
      const bool is_right = client.reply.value == static_cast<int64_t>(answer_to(client.question));
      if (!is_right)
        fail_comparison("the right answer", static_cast<uint64_t>(client.reply.value), client.question, __FILE__,
                        __LINE__);
      is_right ? client.right = client.right + 1 : client.wrong = client.wrong + 1;
    }
  }
  client.done->signal();
}

Victim make_victim() {
  Victim victim;
  victim.quota = SELECTOR(quota_create(0, uint64_t{8} << 20));
  victim.child = make_copied_service(8);
  CHECK_OK(space_set_quota(victim.child.space, victim.quota));
  victim.gate = make_gate(victim.child, victim_entry, asx::StackPolicy::Pool, recovery_entry);
  const uint16_t idle = make_gate(victim.child, idler_entry, asx::StackPolicy::Pool);
  CHECK_EQUAL(grant(victim.child, idle, 0), own_gate);
  CHECK_EQUAL(grant(victim.child, backend_gate, 0), own_gate + 1);
  CHECK_OK(list_remove(hop::kSelf, idle));
  return victim;
}

void kill(const Victim& victim) {
  CHECK_OK(quota_reclaim(victim.quota));
  for (const uint16_t name : {victim.gate, victim.child.space, victim.quota}) CHECK_OK(list_remove(hop::kSelf, name));
}

/// So much of each CPU's time.
uint64_t patience(uint64_t ticks) {
  return ticks * info(hop::SystemInfo::Cpus);
}

/// The two numbers in the module.
void read_task(uint64_t& seed, uint64_t& times) {
  uint64_t module = 0;
  while (module < info(hop::SystemInfo::Modules) && info(hop::SystemInfo::ModuleName, module) != kDataName) ++module;
  CHECK_OK(module_map(hop::kSelf, kText, module, hop::kProtectRead));
  const char* text = reinterpret_cast<const char*>(kText);
  for (uint64_t* number : {&seed, &times}) {
    for (*number = 0; *text >= '0' && *text <= '9'; ++text) *number = *number * 10 + static_cast<uint64_t>(*text - '0');
    ++text;
  }
  CHECK_OK(space_unmap(hop::kSelf, kText, asx::kPageSize));
}

}  // namespace

hop::Reply backend(const hop::Request& request) {
  return {static_cast<int64_t>(answer_to(request.arguments.a)), 0};
}
HOP_GATE(backend_entry, backend);

hop::Reply idler(const hop::Request&) {
  thread_sleep(hop::clock_ticks() + 1'000'000);
  return {};
}
HOP_GATE(idler_entry, idler);

/// Does a bit of everything, so that there is much in which it can be killed.
hop::Reply victim(const hop::Request& request) {
  const uint64_t question = request.arguments.a;
  switch (question % 8) {
    case 0:
      thread_sleep(hop::clock_ticks() + question % 3'000);
      break;
    case 1: {
      const hop::Reply event = event_create();
      if (!event.is_error()) event_wait(event.value, hop::clock_ticks() + 2'000);
      if (!event.is_error()) list_remove(own_gate + 2, event.value);  // of which it has none: the event stays
      break;
    }
    case 2:
      if (question % 64 == 2) space_create(asx::kSpaceStack, 16, 0x6e6168706f, 0);  // nobody will name it again
      break;
    case 3:
      if (question % 32 == 3) thread_create(own_gate, hop::kStackSpace, 0, 0, 0, 0);
      break;
    case 4: {
      const hop::Guard guard(table_lock);
      for (uint64_t& word : table) word += question;
      thread_yield();
      break;
    }
    case 5:
      call_deadline(hop::clock_ticks() + 5'000, 100);
      break;
    default:
      break;
  }
  return hop::gate_call(static_cast<uint16_t>(own_gate + 1), 0, {question});
}
HOP_GATE(victim_entry, victim);

GUEST_TEST("K3: a service killed at random instructions, and made anew: every client gets the answer or the error") {
  uint64_t seed = 1, times = 10;
  read_task(seed, times);
  static const bool has_stacks = hop::add_stacks(kClients + 8, 0x4000) == Status::Ok;
  CHECK(has_stacks);
  CHECK_OK(thread_set_priority(0, hop::kDefaultPriority + 4));
  if (backend_gate == 0) backend_gate = SELECTOR(hop::make_gate(backend_entry, 0));
  {
    const Child trial = make_service(0);
    own_gate = grant(trial, backend_gate, 0);  // the first selector that a new space gives
    end_child(trial);
  }
  const Event done;
  static Client clients[kClients];
  is_over = false;
  Victim victim = make_victim();
  gate_now = victim.gate;
  for (unsigned i = 0; i < kClients; ++i) {
    new (&clients[i]) Client{.done = &done, .seed = seed * 1000 + i + 1};
    start_thread(be_client, reinterpret_cast<uint64_t>(&clients[i]));
  }
  CHECK_OK(thread_set_priority(0, hop::kDefaultPriority + 4));
  uint64_t random = seed;
  for (uint64_t i = 0; i < times; ++i) {
    CHECK_OK(thread_sleep(hop::clock_ticks() + patience(1 + next_random(random) % 60'000)));
    kill(victim);
    if (next_random(random) % 4 == 0)
      CHECK_OK(thread_sleep(hop::clock_ticks() + patience(next_random(random) % 5'000)));
    victim = make_victim();
    gate_now = victim.gate;
  }
  CHECK_OK(thread_sleep(hop::clock_ticks() + patience(200'000)));
  is_over = true;
  done.wait(kClients);
  kill(victim);
  CHECK_OK(thread_set_priority(0, hop::kDefaultPriority));
  let_them_end();
  uint64_t right = 0, died = 0, refused = 0;
  for (const Client& client : clients) {
    CHECK_EQUAL(client.wrong, 0u);
    right += client.right;
    died += client.died;
    refused += client.refused;
  }
  CHECK(right > kClients);
  CHECK(died >= times / 2);  // it was mostly killed with somebody inside
  hop::LogLine() << "killed " << times << " times: " << right << " right answers, " << died << " ServerFault, "
                 << refused << " refused";
}
