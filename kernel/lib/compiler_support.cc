// SPDX-License-Identifier: GPL-2.0-or-later
// The functions that GCC may call from any freestanding code (GCC manual, "Standards").
#include <cstddef>
#include <cstdint>

extern "C" {

// The volatile pointers keep the compiler from turning these loops into calls of themselves.
void* memset(void* destination, int value, size_t bytes) {
  auto* to = static_cast<volatile unsigned char*>(destination);
  const uint64_t pattern = 0x0101010101010101u * static_cast<unsigned char>(value);
  size_t i = 0;
  for (; i + 8 <= bytes; i += 8) *reinterpret_cast<volatile uint64_t*>(to + i) = pattern;
  for (; i < bytes; ++i) to[i] = static_cast<unsigned char>(value);
  return destination;
}

void* memcpy(void* __restrict destination, const void* __restrict source, size_t bytes) {
  auto* to = static_cast<volatile unsigned char*>(destination);
  auto* from = static_cast<const unsigned char*>(source);
  size_t i = 0;
  for (; i + 8 <= bytes; i += 8) {
    *reinterpret_cast<volatile uint64_t*>(to + i) = *reinterpret_cast<const uint64_t*>(from + i);
  }
  for (; i < bytes; ++i) to[i] = from[i];
  return destination;
}

void* memmove(void* destination, const void* source, size_t bytes) {
  auto* to = static_cast<volatile unsigned char*>(destination);
  auto* from = static_cast<const volatile unsigned char*>(source);
  if (reinterpret_cast<uintptr_t>(destination) <= reinterpret_cast<uintptr_t>(source)) {
    for (size_t i = 0; i < bytes; ++i) to[i] = from[i];
  } else {
    for (size_t i = bytes; i != 0; --i) to[i - 1] = from[i - 1];
  }
  return destination;
}

int memcmp(const void* left, const void* right, size_t bytes) {
  auto* a = static_cast<const volatile unsigned char*>(left);
  auto* b = static_cast<const volatile unsigned char*>(right);
  for (size_t i = 0; i < bytes; ++i) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}
}
