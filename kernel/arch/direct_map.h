// SPDX-License-Identifier: GPL-2.0-or-later
// Physical memory as the kernel sees it: the whole of it is mapped at one offset of the kernel space (boot.h).
#pragma once
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/boot.h"

namespace kernel {

using asx::PhysicalAddress;

#if __STDC_HOSTED__
/// In the host's unit tests, where the pretended RAM lies.
inline uint64_t direct_map_base = 0;
#else
constexpr uint64_t direct_map_base = asx::kDirectMap;
#endif

template <typename T>
[[nodiscard]] T* at(PhysicalAddress address) {
  return reinterpret_cast<T*>(direct_map_base + address.value);
}

/// The inverse, for pointers that at() made.
[[nodiscard]] inline PhysicalAddress physical(const void* pointer) {
  return {reinterpret_cast<uint64_t>(pointer) - direct_map_base};
}

}  // namespace kernel
