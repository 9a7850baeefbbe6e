// SPDX-License-Identifier: GPL-2.0-or-later
// What the engine does not tell about instructions: lengths, addresses of operands, and which ones to refuse.
#pragma once
#include <capstone/capstone.h>

#include <cstdint>
#include <optional>
#include <span>

#include "isa-ext/model/machine.h"

namespace emu {

class Decoder {
 public:
  /// Null if the disassembler library does not work.
  [[nodiscard]] static std::optional<Decoder> create();
  Decoder(Decoder&& other) noexcept;
  Decoder& operator=(Decoder&&) = delete;
  ~Decoder();

  /// Instructions that start before the end of the code.
  [[nodiscard]] uint32_t count(std::span<const uint8_t> code);

  /// Bytes of the whole instructions at the front of the code; the rest is one that is cut short, or unknown.
  [[nodiscard]] size_t whole_instructions(std::span<const uint8_t> code);

  struct Decoded {
    uint8_t length;
    uint8_t modrm_at;  ///< 0 = none
  };
  /// The instruction at the front of the code.
  [[nodiscard]] std::optional<Decoded> decode(std::span<const uint8_t> code);

  struct Refused {
    size_t offset;    ///< of the instruction in the code
    uint32_t vector;  ///< the exception it raises
  };
  /// The first instruction that this machine does not have, but the engine would execute: port input and output
  /// (#GP; the engine lets every program do them), and AVX, RDRAND, SYSENTER (#UD; it has or misreads them).
  [[nodiscard]] std::optional<Refused> find_refused(std::span<const uint8_t> code);

  /// The address that the instruction at the front of the code accesses in a page, given the registers before it.
  /// The page's first byte if the access begins in the page before, as x86 reports it.
  [[nodiscard]] uint64_t address_in_page(std::span<const uint8_t> code, const asx::Registers& registers, uint64_t page,
                                         asx::Access access);

 private:
  Decoder() = default;
  [[nodiscard]] bool next(csh handle, const uint8_t*& bytes, size_t& left);

  csh plain_ = 0;
  csh detailed_ = 0;
  cs_insn* instruction_ = nullptr;
};

}  // namespace emu
