// SPDX-License-Identifier: GPL-2.0-or-later
// Leaves and bits as in the Intel SDM, volume 2, CPUID. Level x86-64-v2; no AVX, XSAVE, RDRAND, FSGSBASE, TSX.
// "Enhanced rep movsb" is not offered: the engine's string instructions are slow, and C libraries would prefer them.
#include "emu/engine/cpuid.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "isa-ext/abi/system_register.h"
#include "isa-ext/model/space.h"

namespace emu {
namespace {

constexpr uint32_t kHighestLeaf = 7;
constexpr uint32_t kHypervisorLeaf = 0x40000000;
constexpr uint32_t kExtendedLeaf = 0x80000000;
constexpr uint32_t kHighestExtendedLeaf = 0x80000008;

constexpr uint32_t bits(std::initializer_list<int> numbers) {
  uint32_t value = 0;
  for (const int number : numbers) value |= 1u << number;
  return value;
}

constexpr uint32_t kLeaf1Ecx = bits({0 /*SSE3*/, 9 /*SSSE3*/, 13 /*CX16*/, 19 /*SSE4.1*/, 20 /*SSE4.2*/, 23 /*POPCNT*/,
                                     31 /*a hypervisor's leaves exist*/});
constexpr uint32_t kLeaf1Edx = bits(
    {0 /*FPU*/, 4 /*TSC*/, 8 /*CX8*/, 15 /*CMOV*/, 19 /*CLFSH*/, 23 /*MMX*/, 24 /*FXSR*/, 25 /*SSE*/, 26 /*SSE2*/});
constexpr uint32_t kExtendedEcx = bits({0 /*LAHF*/});
constexpr uint32_t kExtendedEdx = bits({11 /*SYSCALL*/, 20 /*NX*/, 29 /*long mode*/});

uint32_t word(std::string_view text, size_t offset) {
  uint32_t value = 0;
  if (offset < text.size()) std::memcpy(&value, text.data() + offset, std::min<size_t>(4, text.size() - offset));
  return value;
}

CpuidAnswer vendor(uint32_t highest) {
  constexpr std::string_view kVendor = "GenuineIntel";  // C libraries read cache sizes by vendor
  return {highest, word(kVendor, 0), word(kVendor, 8), word(kVendor, 4)};
}

/// Deterministic cache parameters (Intel SDM, leaf 4): level, type (1 data, 2 code, 3 both), ways and sets.
CpuidAnswer cache(uint32_t level, uint32_t type, uint32_t ways, uint32_t sets) {
  constexpr uint32_t kLine = 64;
  return {type | level << 5 | 1u << 8, (kLine - 1) | (ways - 1) << 22, sets - 1, 0};
}

CpuidAnswer caches(uint32_t subleaf) {
  switch (subleaf) {
    case 0:
      return cache(1, 1, 8, 64);
    case 1:
      return cache(1, 2, 8, 64);
    case 2:
      return cache(2, 3, 8, 512);
    case 3:
      return cache(3, 3, 16, 8192);
    default:
      return {};
  }
}

CpuidAnswer brand(uint32_t part) {
  constexpr std::string_view kBrand = "Hopscotch, x86-64 with the address-space ext.";
  return {word(kBrand, part * 16), word(kBrand, part * 16 + 4), word(kBrand, part * 16 + 8),
          word(kBrand, part * 16 + 12)};
}

uint32_t variant_bits(const asx::Variant& variant) {
  uint32_t bits = 0;
  if (variant.return_stack == asx::ReturnStack::Memory) bits |= asx::kVariantReturnInMemory;
  if (variant.save == asx::Save::All) bits |= asx::kVariantSavesAll;
  if (variant.save == asx::Save::None) bits |= asx::kVariantSavesNone;
  if (variant.operand == asx::OperandStyle::AccessRegister) bits |= asx::kVariantAccessRegisters;
  if (variant.operand == asx::OperandStyle::Segment) bits |= asx::kVariantSegments;
  if (variant.spaces == asx::Spaces::One) bits |= asx::kVariantOneSpace;
  if (!asx::is_brought(variant, asx::Half::Code)) bits |= asx::kVariantCodeListOfThread;
  if (!asx::is_brought(variant, asx::Half::Stack)) bits |= asx::kVariantStackListOfThread;
  return bits;
}

}  // namespace

CpuidAnswer cpuid(uint32_t leaf, uint32_t subleaf, const asx::Variant& variant) {
  switch (leaf) {
    case 0:
      return vendor(kHighestLeaf);
    case 1:
      return {0x000106a5, 8u << 8 | 1u << 16, kLeaf1Ecx, kLeaf1Edx};  // family 6, model 26; 64-byte lines, one CPU
    case 2:
      return {0x00ff0001, 0, 0, 0};  // ask leaf 4
    case 4:
      return caches(subleaf);
    case kHypervisorLeaf: {
      constexpr std::string_view kName = "HopscotchASX";
      return {asx::kVariantLeaf, word(kName, 0), word(kName, 4), word(kName, 8)};
    }
    case asx::kFeatureLeaf:
      return {asx::kFeatureSignature, variant.selector_bits, variant.reserve, variant.frames};
    case asx::kVariantLeaf:
      return {variant_bits(variant), 0, 0, 0};
    case kExtendedLeaf:
      return {kHighestExtendedLeaf, 0, 0, 0};
    case kExtendedLeaf + 1:
      return {0, 0, kExtendedEcx, kExtendedEdx};
    case kExtendedLeaf + 2:
    case kExtendedLeaf + 3:
    case kExtendedLeaf + 4:
      return brand(leaf - kExtendedLeaf - 2);
    case kExtendedLeaf + 8:
      return {0x3028, 0, 0, 0};  // 40 bits physical, 48 linear
    default:
      return {};
  }
}

}  // namespace emu
