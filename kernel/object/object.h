// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel objects that access-list entries of kind Object name. An object lives as long as an entry, or the kernel
// itself, refers to it.
#pragma once
#include <cstdint>

namespace kernel {

enum class ObjectKind : uint32_t { EventSource, Thread, Budget, Quota };

struct Quota;

struct Object {
  explicit constexpr Object(ObjectKind its_kind) : kind(its_kind) {}
  ObjectKind kind;
  uint32_t references = 1;
  Quota* payer = nullptr;          ///< charged with its memory; it has a reference
  uint32_t charged = 0;            ///< bytes
  uint32_t counted = 0;            ///< of the self-check: references that it has found
  Object* next_counted = nullptr;  ///< and the next object of which it has
};

inline void acquire(Object& object) {
  ++object.references;
}
/// Destroys the object with its last reference.
void release(Object& object);

}  // namespace kernel
