// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/conformance/oracle/operands.h"

namespace oracle {
namespace {

constexpr uint8_t kCodeSpace = 0, kDs = 1, kSs = 2, kEs = 3;

uint8_t access_register(Base base, uint8_t number) {
  // "AR n; RAX as base (AR 0): code space"; "no base: code space"; prefixes are ignored
  return base == Base::General ? number : kCodeSpace;
}

uint8_t segment(Base base, uint8_t number, Prefix prefix) {
  if (prefix == Prefix::Cs) return kCodeSpace;
  if (prefix == Prefix::Ds) return kDs;
  if (prefix == Prefix::Es) return kEs;
  if (prefix == Prefix::Ss) return kSs;
  if (base == Base::Rip) return kCodeSpace;
  if (base == Base::General && (number == 4 || number == 5)) return kSs;  // RSP, RBP
  return kDs;
}

}  // namespace

uint8_t operand_space(bool is_segment_mode, Base base, uint8_t number, Prefix prefix) {
  return is_segment_mode ? segment(base, number, prefix) : access_register(base, number);
}

}  // namespace oracle
