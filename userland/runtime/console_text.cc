// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/console_text.h"

#include "userland/interfaces/console/console.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/memory.h"

namespace hop {

namespace {

using console::Operation;

constexpr uint64_t kBuffer = 0x1'0000;  // in the stack space

uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

Status write_words(uint16_t gate, const char* piece, uint64_t length) {
  uint64_t words[console::kWordsBytes / 8] = {};
  memcpy(words, piece, length);
  return gate_call(gate, static_cast<uint64_t>(Operation::WriteWords),
                   {0, length, words[0], words[1], words[2], words[3]})
      .status();
}

Status write_buffer(uint16_t gate, const char* piece, uint64_t length) {
  static bool is_mapped = false;
  if (!is_mapped) {
    const Reply mapped = kernel::space_map(kSelfStack, kBuffer, asx::kPageSize, kProtectRead | kProtectWrite);
    if (mapped.is_error()) return mapped.status();
    is_mapped = true;
  }
  const uint64_t buffer = uint64_t{kStackSpace} << 48 | kBuffer;
  memcpy(reinterpret_cast<void*>(buffer), piece, length);
  return gate_call(gate, static_cast<uint64_t>(Operation::Write), {0, buffer, length}).status();
}

}  // namespace

Status write_text(uint16_t console_gate, const char* text, uint64_t length) {
  const bool is_one_space = is_variant(asx::kVariantOneSpace);
  const uint64_t most = is_one_space ? console::kWordsBytes : asx::kPageSize;
  for (uint64_t done = 0; done < length;) {
    const uint64_t count = smaller(length - done, most);
    const Status status = (is_one_space ? write_words : write_buffer)(console_gate, text + done, count);
    if (status != Status::Ok) return status;
    done += count;
  }
  return Status::Ok;
}

}  // namespace hop
