// SPDX-License-Identifier: GPL-2.0-or-later
// Tests that run on the machine, in a native program. Every test is a sentence. Each runs twice: the second time the
// program has touched all the memory it will, so that not one frame may be missing afterwards.
#pragma once
#include <cstdint>
#include <initializer_list>

#include "userland/runtime/kernel.h"
#include "userland/runtime/log.h"

namespace guest {

/// Where a test runs: where the program began, or also one gate call and as many gate calls as possible deeper.
enum class Depths { Here, All };

struct Test {
  Test(const char* its_sentence, void (*its_body)(), Depths its_depths);
  const char* sentence;
  void (*body)();
  Depths depths;
  Test* next = nullptr;
};

/// Notes that the running test has failed, and logs where and why.
void fail(const char* what, const char* file, int line);
void fail_comparison(const char* what, uint64_t left, uint64_t right, const char* file, int line);

template <typename Left, typename Right>
void check_equal(const Left& left, const Right& right, const char* what, const char* file, int line) {
  if (static_cast<uint64_t>(left) != static_cast<uint64_t>(right)) {
    fail_comparison(what, static_cast<uint64_t>(left), static_cast<uint64_t>(right), file, line);
  }
}

/// The selector in a reply that must be one.
uint16_t selector_of(const hop::Reply& reply, const char* what, const char* file, int line);

}  // namespace guest

#define GUEST_JOIN_AGAIN(a, b) a##b
#define GUEST_JOIN(a, b) GUEST_JOIN_AGAIN(a, b)
#define GUEST_TEST_AT(sentence, depths)                                                                          \
  static void GUEST_JOIN(test_at_line_, __LINE__)();                                                             \
  static guest::Test GUEST_JOIN(test_object_, __LINE__){sentence, &GUEST_JOIN(test_at_line_, __LINE__), depths}; \
  static void GUEST_JOIN(test_at_line_, __LINE__)()
#define GUEST_TEST(sentence) GUEST_TEST_AT(sentence, guest::Depths::Here)
/// One that holds however many calls deep the thread is. It has a dozen frames for itself.
#define GUEST_TEST_AT_DEPTHS(sentence) GUEST_TEST_AT(sentence, guest::Depths::All)
#define CHECK(condition) ((condition) ? void() : guest::fail(#condition, __FILE__, __LINE__))
#define CHECK_EQUAL(left, right) guest::check_equal((left), (right), #left " == " #right, __FILE__, __LINE__)
/// A call that must succeed.
#define CHECK_OK(call) guest::check_equal((call).status(), hop::Status::Ok, #call, __FILE__, __LINE__)
#define CHECK_STATUS(call, expected) \
  guest::check_equal((call).status(), expected, #call " is " #expected, __FILE__, __LINE__)
#define SELECTOR(call) guest::selector_of((call), #call, __FILE__, __LINE__)
