// SPDX-License-Identifier: GPL-2.0-or-later
// A guest-visible fault is a value: a vector, its error code and the address it is about.
#pragma once
#include <optional>
#include <utility>
#include <variant>

#include "isa-ext/abi/address.h"
#include "isa-ext/abi/event.h"

namespace asx {

struct Fault {
  uint32_t vector = 0;
  uint32_t error_code = 0;
  VirtualAddress address;

  [[nodiscard]] static Fault address_space(AsCause cause, Access access, AsOperation operation,
                                           VirtualAddress address) {
    return {kVectorAddressSpace, AsError{cause, access, operation}.code(), address};
  }
  [[nodiscard]] static Fault page(uint32_t error_code, VirtualAddress address) {
    return {kVectorPageFault, error_code, address};
  }
  friend bool operator==(const Fault&, const Fault&) = default;
};

/// Whether all checks have passed and the kernel is to do the rest (--spaces=one, manual 7.10).
[[nodiscard]] inline bool is_switch(const Fault& fault) {
  return fault.vector == kVectorAddressSpace && AsError::from_code(fault.error_code).cause == AsCause::Switch;
}

/// A value or the fault that prevented it.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Fault fault) : content_(fault) {}         // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool has_value() const { return content_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const T& value() const { return *std::get_if<0>(&content_); }
  [[nodiscard]] T& value() { return *std::get_if<0>(&content_); }
  [[nodiscard]] const Fault& fault() const { return *std::get_if<1>(&content_); }

 private:
  std::variant<T, Fault> content_;
};

/// Nothing, or the fault that prevented it.
using MaybeFault = std::optional<Fault>;

}  // namespace asx
