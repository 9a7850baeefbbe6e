// SPDX-License-Identifier: GPL-2.0-or-later
// Text put together from words and numbers, and handed on in pieces.
#pragma once
#include <cstdint>

namespace hop {

struct Hex {
  uint64_t value;
};

class Formatter {
 public:
  static constexpr unsigned kPiece = 40;  ///< the most characters a piece has
  using Sink = void (*)(const char* piece, unsigned length);

  explicit Formatter(Sink sink) : sink_(sink) {}
  Formatter(const Formatter&) = delete;

  Formatter& operator<<(const char* text);
  Formatter& operator<<(char character);
  Formatter& operator<<(Hex number);
  Formatter& operator<<(uint64_t number);
  Formatter& operator<<(int64_t number);
  Formatter& operator<<(int number) { return *this << static_cast<int64_t>(number); }
  Formatter& operator<<(unsigned number) { return *this << static_cast<uint64_t>(number); }
  /// Hands on what has gathered.
  void flush();

 private:
  Sink sink_;
  char buffer_[kPiece];
  unsigned used_ = 0;
};

}  // namespace hop
