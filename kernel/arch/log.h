// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's log: serial line 2, polled. For people.
#pragma once
#include <cstdint>

namespace kernel {

struct Hex {
  uint64_t value;
};
/// Up to `limit` characters, fewer if a NUL comes first.
struct Text {
  const char* characters;
  unsigned limit;
};

void put(char character);
void put(const char* text);
void put(Text text);
void put(Hex number);       ///< with 0x in front
void put(uint64_t number);  ///< decimal
inline void put(uint32_t number) {
  put(uint64_t{number});
}
void put(int number);

template <typename... Parts>
void log(const Parts&... parts) {
  (put(parts), ...);
}

}  // namespace kernel
