// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/guest/test.h"

#include "userland/runtime/program.h"

namespace guest {

namespace {
Test* first_test = nullptr;
Test* last_test = nullptr;
unsigned failures = 0;
}  // namespace

Test::Test(const char* its_sentence, void (*its_body)()) : sentence(its_sentence), body(its_body) {
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

int hop_main() {
  unsigned passed = 0, failed = 0;
  for (const guest::Test* test = guest::first_test; test != nullptr; test = test->next) {
    guest::failures = 0;
    test->body();
    const uint64_t before = hop::kernel::info(hop::SystemInfo::FreeMemory);
    test->body();
    const uint64_t after = hop::kernel::info(hop::SystemInfo::FreeMemory);
    if (before != after) {
      guest::fail_comparison("free memory before == after", before, after, __FILE__, __LINE__);
    }
    hop::LogLine() << (guest::failures == 0 ? "pass: " : "FAIL: ") << test->sentence;
    ++(guest::failures == 0 ? passed : failed);
  }
  hop::LogLine() << "passed " << passed << " failed " << failed;
  return failed == 0 && passed != 0 ? 0 : 1;
}
