// SPDX-License-Identifier: GPL-2.0-or-later
// A value or the status that says why there is none; and what a kernel call answers.
#pragma once
#include <cstdint>

#include "kernel/abi/status.h"

namespace kernel {

using hop::Status;

/// A value, or the status that prevented it. T is small and default-constructible (a pointer, a number, a plain
/// struct).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(value) {}          // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(status) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool has_value() const { return status_ == Status::Ok; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const T& value() const { return value_; }
  [[nodiscard]] Status status() const { return status_; }

 private:
  T value_{};
  Status status_ = Status::Ok;
};

/// What a kernel call leaves in RAX and RDX.
struct [[nodiscard]] Reply {
  Reply(Status status) : value(static_cast<int64_t>(status)) {}  // NOLINT(google-explicit-constructor)
  explicit Reply(uint64_t number, uint64_t second_number = 0)
      : value(static_cast<int64_t>(number)), second(second_number) {}
  int64_t value;
  uint64_t second = 0;
};

}  // namespace kernel
