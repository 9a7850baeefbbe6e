// SPDX-License-Identifier: GPL-2.0-or-later
// What a chain of checks found, or the cause of the first check that failed. Becomes a Fault where it is known what
// was being done, and with which address.
#pragma once
#include "isa-ext/abi/event.h"

namespace asx {

template <typename T>
class [[nodiscard]] Checked {
 public:
  Checked(T value) : value_(value) {}        // NOLINT(google-explicit-constructor)
  Checked(AsCause cause) : cause_(cause) {}  // NOLINT(google-explicit-constructor)
  explicit operator bool() const { return cause_ == AsCause::None; }
  [[nodiscard]] AsCause cause() const { return cause_; }
  [[nodiscard]] const T& value() const { return value_; }
  [[nodiscard]] T& value() { return value_; }

 private:
  T value_{};
  AsCause cause_ = AsCause::None;
};

}  // namespace asx
