// SPDX-License-Identifier: GPL-2.0-or-later
// What a chain of checks found, or the cause of the first check that failed. Becomes a Fault where it is known what
// was being done, and with which address.
#pragma once
#include <cassert>
#include <type_traits>

#include "isa-ext/abi/event.h"

namespace asx {

template <typename T>
class [[nodiscard]] Checked {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Checked(const T& value) : value_(value) {}                           // NOLINT(google-explicit-constructor)
  Checked(AsCause cause) : none_(), cause_(cause) { assert(!*this); }  // NOLINT(google-explicit-constructor)
  explicit operator bool() const { return cause_ == AsCause::None; }
  [[nodiscard]] AsCause cause() const { return cause_; }
  [[nodiscard]] const T& value() const {
    assert(*this);
    return value_;
  }
  [[nodiscard]] T& value() {
    assert(*this);
    return value_;
  }

 private:
  // a union, because clearing an unused value would cost more than most checks
  union {
    T value_;
    char none_;
  };
  AsCause cause_ = AsCause::None;
};

}  // namespace asx
