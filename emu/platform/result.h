// SPDX-License-Identifier: GPL-2.0-or-later
// A value, or one sentence for the user that says why there is none.
#pragma once
#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace emu {

struct Error {
  std::string sentence;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool has_value() const { return content_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& value() {
    assert(has_value());
    return *std::get_if<0>(&content_);
  }
  [[nodiscard]] const std::string& error() const {
    assert(!has_value());
    return std::get_if<1>(&content_)->sentence;
  }

 private:
  std::variant<T, Error> content_;
};

/// Nothing, or the reason of a failure.
using MaybeError = std::optional<Error>;

}  // namespace emu
