// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/decoder.h"

#include <array>
#include <utility>

#include "emu/engine/operand_address.h"

namespace emu {
namespace {

/// One bit a byte value that occurs in an instruction to refuse: most blocks have none and need no decoding.
constexpr std::array<bool, 256> kSuspicious = [] {
  std::array<bool, 256> table{};
  for (const int byte : {0x6c, 0x6d, 0x6e, 0x6f, 0xe4, 0xe5, 0xe6, 0xe7, 0xec, 0xed, 0xee, 0xef}) table[byte] = true;
  for (const int byte : {0xc4, 0xc5, 0x62, 0x34, 0x35, 0xc7}) table[byte] = true;
  return table;
}();

bool is_legacy_prefix(uint8_t byte) {
  switch (byte) {
    case 0x66:
    case 0x67:
    case 0xf0:
    case 0xf2:
    case 0xf3:
    case 0x2e:
    case 0x36:
    case 0x3e:
    case 0x26:
    case 0x64:
    case 0x65:
      return true;
    default:
      return false;
  }
}

/// The vector that the instruction at the front raises on this machine, if the engine would not raise it.
std::optional<uint32_t> refusal(std::span<const uint8_t> code) {
  size_t i = 0;
  while (i < code.size() && is_legacy_prefix(code[i])) ++i;
  if (i < code.size() && (code[i] & 0xf0) == 0x40) ++i;  // REX
  if (i >= code.size()) return std::nullopt;
  const uint8_t opcode = code[i];
  if (opcode == 0xc4 || opcode == 0xc5 || opcode == 0x62) return asx::kVectorInvalidOpcode;  // VEX, EVEX
  const bool is_string_io = opcode >= 0x6c && opcode <= 0x6f;
  const bool is_port_io = (opcode & 0xf4) == 0xe4 && opcode >= 0xe4;  // E4-E7, EC-EF
  if (is_string_io || is_port_io) return asx::kVectorGeneralProtection;
  if (opcode != 0x0f || i + 1 >= code.size()) return std::nullopt;
  const uint8_t second = code[i + 1];
  if (second == 0x34 || second == 0x35) return asx::kVectorInvalidOpcode;  // SYSENTER, SYSEXIT
  if (second == 0xc7 && i + 2 < code.size()) {
    const uint8_t modrm = code[i + 2];
    const bool is_random = modrm >= 0xf0;  // register form of /6, /7: RDRAND, RDSEED, RDPID
    if (is_random) return asx::kVectorInvalidOpcode;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Decoder> Decoder::create() {
  Decoder decoder;
  if (cs_open(CS_ARCH_X86, CS_MODE_64, &decoder.plain_) != CS_ERR_OK) return std::nullopt;
  if (cs_open(CS_ARCH_X86, CS_MODE_64, &decoder.detailed_) != CS_ERR_OK) return std::nullopt;
  if (cs_option(decoder.detailed_, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK) return std::nullopt;
  decoder.instruction_ = cs_malloc(decoder.detailed_);
  if (decoder.instruction_ == nullptr) return std::nullopt;
  return decoder;
}

Decoder::Decoder(Decoder&& other) noexcept
    : plain_(std::exchange(other.plain_, 0)),
      detailed_(std::exchange(other.detailed_, 0)),
      instruction_(std::exchange(other.instruction_, nullptr)) {}

Decoder::~Decoder() {
  if (instruction_ != nullptr) cs_free(instruction_, 1);
  if (plain_ != 0) cs_close(&plain_);
  if (detailed_ != 0) cs_close(&detailed_);
}

bool Decoder::next(csh handle, const uint8_t*& bytes, size_t& left) {
  uint64_t address = 0;
  return left > 0 && cs_disasm_iter(handle, &bytes, &left, &address, instruction_);
}

uint32_t Decoder::count(std::span<const uint8_t> code) {
  const uint8_t* bytes = code.data();
  size_t left = code.size();
  uint32_t count = 0;
  while (next(plain_, bytes, left)) ++count;
  return count;
}

size_t Decoder::whole_instructions(std::span<const uint8_t> code) {
  const uint8_t* bytes = code.data();
  size_t left = code.size();
  while (next(plain_, bytes, left)) continue;
  return code.size() - left;
}

std::optional<Decoder::Decoded> Decoder::decode(std::span<const uint8_t> code) {
  const uint8_t* bytes = code.data();
  size_t left = code.size();
  if (!next(detailed_, bytes, left)) return std::nullopt;
  return Decoded{static_cast<uint8_t>(instruction_->size), instruction_->detail->x86.encoding.modrm_offset};
}

std::optional<Decoder::Refused> Decoder::find_refused(std::span<const uint8_t> code) {
  bool is_suspicious = false;
  for (const uint8_t byte : code) is_suspicious |= kSuspicious[byte];
  if (!is_suspicious) return std::nullopt;

  const uint8_t* bytes = code.data();
  size_t left = code.size();
  do {
    const size_t offset = code.size() - left;
    if (const auto vector = refusal(code.subspan(offset))) return Refused{offset, *vector};
  } while (next(plain_, bytes, left));
  return std::nullopt;
}

uint64_t Decoder::address_in_page(std::span<const uint8_t> code, const asx::Registers& registers, uint64_t page,
                                  asx::Access access) {
  const uint8_t* bytes = code.data();
  size_t left = code.size();
  if (!next(detailed_, bytes, left)) return page;
  const uint64_t next_rip = registers.rip + (code.size() - left);
  for (const OperandAddress& operand : operand_addresses(*instruction_, registers, next_rip)) {
    const bool fits = (operand.address & ~asx::kPageMask) == page;
    const bool same_kind = access == asx::Access::Write ? operand.writes : operand.reads;
    if (fits && same_kind) return operand.address;
  }
  return page;
}

}  // namespace emu
