// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/isa-ext/intrinsics_sample.h"

#include "asx/intrinsics.h"

namespace sample {

void gret() {
  asx::gret();
}
void widen() {
  asx::widen();
}
void narrow(uint64_t selector, uint64_t rsp) {
  asx::narrow(selector, rsp);
}
uint64_t tsel(uint64_t address) {
  return asx::tsel(address);
}
uint64_t tselc(uint64_t address) {
  return asx::tselc(address);
}
uint64_t gframe() {
  return asx::gframe<asx::FrameField::CallerSpace>();
}
void ldsys(uint64_t value) {
  asx::ldsys<asx::SystemRegister::EventMask>(value);
}
uint64_t stsys() {
  return asx::stsys<asx::SystemRegister::Clock>();
}
void invspace(uint64_t id) {
  asx::invspace(id);
}
void tswitch(uint64_t thread) {
  asx::tswitch(thread);
}
void xwait(uint64_t mask) {
  asx::xwait(mask);
}

void sac() {
  asx::sac<asx::OperandMode::Tagged>();
}
void ldsel(uint64_t selector) {
  asx::ldsel<asx::kDs>(selector);
}
uint64_t stsel() {
  return asx::stsel<asx::kSs>();
}

}  // namespace sample
