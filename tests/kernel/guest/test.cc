// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/guest/test.h"

#include "tests/kernel/guest/relay.h"
#include "userland/runtime/program.h"

namespace guest {

namespace {
Test* first_test = nullptr;
Test* last_test = nullptr;
unsigned failures = 0;
}  // namespace

Test::Test(const char* its_sentence, void (*its_body)(), Depths its_depths)
    : sentence(its_sentence), body(its_body), depths(its_depths) {
  (last_test == nullptr ? first_test : last_test->next) = this;
  last_test = this;
}

void fail(const char* what, const char* file, int line) {
  ++failures;
  hop::LogLine() << "  not true: " << what << " (" << file << ":" << line << ")";
}

void fail_comparison(const char* what, uint64_t left, uint64_t right, const char* file, int line) {
  fail(what, file, line);
  hop::LogLine() << "    left " << hop::Hex{left} << ", right " << hop::Hex{right};
}

uint16_t selector_of(const hop::Reply& reply, const char* what, const char* file, int line) {
  if (reply.is_error() || reply.value > 0xffff) {
    fail_comparison(what, static_cast<uint64_t>(reply.value), 0, file, line);
    return 0;
  }
  return static_cast<uint16_t>(reply.value);
}

}  // namespace guest

namespace {

uint64_t run_body(uint64_t body) {
  reinterpret_cast<void (*)()>(body)();
  return 0;
}

/// Runs it where it is to be run.
void run_once(const guest::Test& test) {
  constexpr uint64_t kFramesForBody = 24;
  test.body();
  if (test.depths == guest::Depths::Here) return;
  const auto body = reinterpret_cast<uint64_t>(test.body);
  guest::call_behind(1, run_body, body);
  guest::call_as_deep_as_possible(kFramesForBody, run_body, body);
}

/// Services that are still starting take memory.
void wait_for_quiet() {
  uint64_t before, after;
  do {
    before = hop::kernel::info(hop::SystemInfo::FreeMemory);
    hop::kernel::thread_sleep(hop::clock_ticks() + 5'000'000);
    after = hop::kernel::info(hop::SystemInfo::FreeMemory);
  } while (before != after);
}

}  // namespace

int hop_main() {
  wait_for_quiet();
  unsigned passed = 0, failed = 0;
  for (const guest::Test* test = guest::first_test; test != nullptr; test = test->next) {
    guest::failures = 0;
    guest::deepest_call = 0;
    run_once(*test);
    const uint64_t before = hop::kernel::info(hop::SystemInfo::FreeMemory);
    run_once(*test);
    const uint64_t after = hop::kernel::info(hop::SystemInfo::FreeMemory);
    if (before != after) {
      guest::fail_comparison("free memory before == after", before, after, __FILE__, __LINE__);
    }
    const hop::Reply found = hop::kernel::system_check();
    if (found.status() != hop::Status::NotPermitted && found.value != 0) {
      guest::fail_comparison("the kernel's memory is consistent", static_cast<uint64_t>(found.value), 0, __FILE__,
                             __LINE__);
    }
    hop::LogLine line;
    line << (guest::failures == 0 ? "pass: " : "FAIL: ") << test->sentence;
    if (guest::deepest_call != 0) line << " [deepest " << guest::deepest_call << "]";
    ++(guest::failures == 0 ? passed : failed);
  }
  hop::LogLine() << "passed " << passed << " failed " << failed;
  return failed == 0 && passed != 0 ? 0 : 1;
}
