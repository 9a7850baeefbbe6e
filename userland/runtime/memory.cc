// SPDX-License-Identifier: GPL-2.0-or-later
// The memory functions a compiler may call. Eight bytes at a time: string instructions are slow on the engine.
#include "userland/runtime/memory.h"

#include <cstdint>

namespace {
using Word = uint64_t __attribute__((may_alias, aligned(1)));
constexpr size_t kWord = sizeof(Word);
}  // namespace

extern "C" {

void* memcpy(void* to, const void* from, size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  auto* source = static_cast<const unsigned char*>(from);
  for (; bytes >= 4 * kWord; bytes -= 4 * kWord, target += 4 * kWord, source += 4 * kWord) {
    const uint64_t a = reinterpret_cast<const Word*>(source)[0], b = reinterpret_cast<const Word*>(source)[1];
    const uint64_t c = reinterpret_cast<const Word*>(source)[2], d = reinterpret_cast<const Word*>(source)[3];
    reinterpret_cast<Word*>(target)[0] = a;
    reinterpret_cast<Word*>(target)[1] = b;
    reinterpret_cast<Word*>(target)[2] = c;
    reinterpret_cast<Word*>(target)[3] = d;
  }
  for (; bytes >= kWord; bytes -= kWord, target += kWord, source += kWord) {
    *reinterpret_cast<Word*>(target) = *reinterpret_cast<const Word*>(source);
  }
  for (; bytes != 0; --bytes) *target++ = *source++;
  return to;
}

void* memmove(void* to, const void* from, size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  auto* source = static_cast<const unsigned char*>(from);
  if (target <= source || target >= source + bytes) return memcpy(to, from, bytes);
  for (; bytes >= kWord; bytes -= kWord) {
    *reinterpret_cast<Word*>(target + bytes - kWord) = *reinterpret_cast<const Word*>(source + bytes - kWord);
  }
  for (; bytes != 0; --bytes) target[bytes - 1] = source[bytes - 1];
  return to;
}

void* memset(void* to, int value, size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  const uint64_t pattern = 0x0101010101010101u * static_cast<unsigned char>(value);
  for (; bytes >= kWord; bytes -= kWord, target += kWord) *reinterpret_cast<Word*>(target) = pattern;
  for (; bytes != 0; --bytes) *target++ = static_cast<unsigned char>(value);
  return to;
}

int memcmp(const void* left, const void* right, size_t bytes) {
  auto* a = static_cast<const unsigned char*>(left);
  auto* b = static_cast<const unsigned char*>(right);
  for (size_t i = 0; i < bytes; ++i) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

size_t strlen(const char* text) {
  size_t length = 0;
  while (text[length] != 0) ++length;
  return length;
}

int strcmp(const char* left, const char* right) {
  while (*left != 0 && *left == *right) ++left, ++right;
  return static_cast<unsigned char>(*left) - static_cast<unsigned char>(*right);
}

}  // extern "C"
