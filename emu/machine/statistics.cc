// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/statistics.h"

namespace emu {

void CpuCounts::add(const CpuCounts& other) {
  for (uint64_t CpuCounts::*field :
       {&CpuCounts::instructions, &CpuCounts::tlb_fills, &CpuCounts::tlb_flushes, &CpuCounts::gate_calls,
        &CpuCounts::gate_returns, &CpuCounts::narrows, &CpuCounts::widens, &CpuCounts::system_calls,
        &CpuCounts::refusals, &CpuCounts::interrupts, &CpuCounts::event_returns, &CpuCounts::kernel_entries,
        &CpuCounts::turns}) {
    this->*field += other.*field;
  }
  for (size_t i = 0; i < events.size(); ++i) events[i] += other.events[i];
  for (const CounterRow& row : counter_rows()) counters.*row.field += other.counters.*row.field;
}

}  // namespace emu
