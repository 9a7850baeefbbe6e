// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/calls/self_check.h"

#include "kernel/arch/log.h"
#include "kernel/lib/assert.h"
#include "kernel/object/object_check.h"
#include "kernel/object/space.h"

namespace kernel {

constinit uint32_t check_interval = 0;

namespace {

constinit uint32_t ways_out_until_check = 0;

struct Call {
  const char* name;
  const char* errors;
};
constexpr Call kCalls[] = {
#define HOP_CALL(number, name, count, arguments, rights, errors, time, text) {#name, errors},
#include "kernel/abi/calls.def"
#undef HOP_CALL
};

const char* name_of(Status status) {
  switch (status) {
    case Status::NotPermitted:
      return "NotPermitted";
    case Status::NotFound:
      return "NotFound";
    case Status::Interrupted:
      return "Interrupted";
    case Status::BadHandle:
      return "BadHandle";
    case Status::TryAgain:
      return "TryAgain";
    case Status::OutOfMemory:
      return "OutOfMemory";
    case Status::Exists:
      return "Exists";
    case Status::Invalid:
      return "Invalid";
    case Status::NoSpace:
      return "NoSpace";
    case Status::TimedOut:
      return "TimedOut";
    case Status::Alerted:
      return "Alerted";
    default:
      return "a status that no call returns";
  }
}

/// Whether the word is one of those in the text, which are separated by spaces.
bool names(const char* text, const char* word) {
  while (*text != 0) {
    const char* letter = word;
    while (*letter != 0 && *text == *letter) ++text, ++letter;
    if (*letter == 0 && (*text == 0 || *text == ' ')) return true;
    while (*text != 0 && *text++ != ' ') {
    }
  }
  return false;
}

}  // namespace

void set_check_interval(uint32_t interval) {
  check_interval = ways_out_until_check = interval;
}

Result<uint64_t> check_everything() {
  Violations violations([](const char* what, uint64_t where) { log("check: ", what, ": ", Hex{where}, "\n"); });
  MemoryCheck check(violations);
  const Status status = check.begin();
  if (status != Status::Ok) return status;
  space_table().for_each([&](Space& space) {
    if (space.id() != asx::kKernelSpaceId) space.check_memory(check);
  });
  check.finish();
  ObjectCheck(violations).run();
  return violations.count();
}

void check_way_out() {
  if (--ways_out_until_check != 0) return;
  ways_out_until_check = check_interval;
  const uint64_t until_failure = allocations_until_failure;  // those of the check are not meant
  allocations_until_failure = 0;
  const Result<uint64_t> found = check_everything();
  allocations_until_failure = until_failure;
  if (found && found.value() != 0) panic("the check found what the lines above say", __FILE__, __LINE__);
}

void check_reply(uint64_t number, const Reply& reply) {
  const bool is_one = number < sizeof kCalls / sizeof kCalls[0];
  const auto status = static_cast<Status>(reply.value);
  if (!is_one || reply.value >= 0 || status == Status::ServerFault || status == Status::CallAborted) return;
  if (names(kCalls[number].errors, name_of(status))) return;
  log("check: ", kCalls[number].name, " answers ", name_of(status), "\n");
  panic("a call answers what its row in calls.def does not list", __FILE__, __LINE__);
}

}  // namespace kernel
