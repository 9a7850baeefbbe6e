// SPDX-License-Identifier: GPL-2.0-or-later
// Functions made of one intrinsic each. The test looks at their bytes; nobody runs them.
#pragma once
#include <cstdint>

namespace sample {

[[noreturn]] void gret();
void widen();
void narrow(uint64_t selector, uint64_t rsp);
uint64_t tsel(uint64_t address);
uint64_t tselc(uint64_t address);
uint64_t gframe();           ///< CallerSpace
void ldsys(uint64_t value);  ///< EventMask
uint64_t stsys();            ///< Clock
void invspace(uint64_t id);
void tswitch(uint64_t thread);
void xwait(uint64_t mask);

void sac();                     ///< Tagged
void ldsel(uint64_t selector);  ///< DS
uint64_t stsel();               ///< SS

}  // namespace sample
