// SPDX-License-Identifier: GPL-2.0-or-later
// Writing text into a buffer of fixed size: what does not fit is left out.
#pragma once
#include <cstdint>

namespace hop::personality {

[[nodiscard]] constexpr uint64_t text_length(const char* text) {
  uint64_t length = 0;
  while (text[length] != 0) length++;
  return length;
}
[[nodiscard]] constexpr bool text_equal(const char* a, const char* b) {
  while (*a != 0 && *a == *b) a++, b++;
  return *a == *b;
}
/// What follows the prefix in the text; null if it does not begin so.
[[nodiscard]] constexpr const char* text_after(const char* text, const char* prefix) {
  for (; *prefix != 0; prefix++, text++)
    if (*text != *prefix) return nullptr;
  return text;
}

class TextWriter {
 public:
  TextWriter(char* buffer, uint64_t capacity) : buffer_(buffer), capacity_(capacity) {}

  TextWriter& character(char value) {
    if (length_ < capacity_) buffer_[length_++] = value;
    return *this;
  }
  TextWriter& text(const char* value) {
    while (*value != 0) character(*value++);
    return *this;
  }
  TextWriter& bytes(const char* value, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) character(value[i]);
    return *this;
  }
  TextWriter& number(uint64_t value, unsigned base = 10, unsigned width = 1) {
    char digits[24];
    unsigned count = 0;
    for (; value != 0 || count < width; value /= base) digits[count++] = "0123456789abcdef"[value % base];
    while (count > 0) character(digits[--count]);
    return *this;
  }
  TextWriter& integer(int64_t value) {
    if (value < 0) character('-');
    return number(value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value));
  }
  TextWriter& hexadecimal(uint64_t value) { return text("0x").number(value, 16); }
  TextWriter& octal(uint64_t value) { return value == 0 ? character('0') : character('0').number(value, 8); }

  [[nodiscard]] uint64_t length() const { return length_; }
  [[nodiscard]] const char* data() const { return buffer_; }
  void clear() { length_ = 0; }

 private:
  char* buffer_;
  uint64_t capacity_, length_ = 0;
};

}  // namespace hop::personality
