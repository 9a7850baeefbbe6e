// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/statistics_observer.h"

#include <utility>

namespace emu {

void StatisticsObserver::begin() {
  static_cast<void>(hops_.index_of(cpu_->code));
  was_privileged_ = is_privileged();
}

bool StatisticsObserver::is_privileged() const {
  return (cpu_->code.flags & asx::kSpacePrivileged) != 0;
}

bool StatisticsObserver::note_crossing() {
  counts_.counters.frame_bytes += sizeof(asx::Frame);
  return std::exchange(was_privileged_, is_privileged());
}

void StatisticsObserver::gate_call(const Hop& hop) {
  ++counts_.gate_calls;
  const bool from_kernel = note_crossing();
  ++(was_privileged_ ? counts_.counters.kernel_calls : counts_.counters.service_calls);
  if (was_privileged_ && !from_kernel) ++counts_.kernel_entries;
  const uint32_t from = hops_.last_index_of(hop.from);
  hops_.count({from, hops_.index_of(cpu_->code), hop.gate_index, 0});
  static_cast<void>(hops_.index_of(cpu_->stack));
}

void StatisticsObserver::gate_return(const Hop&) {
  ++counts_.gate_returns;
  const bool from_kernel = note_crossing();
  ++(from_kernel ? counts_.counters.kernel_returns : counts_.counters.service_returns);
}

void StatisticsObserver::narrow(const Hop&) {
  ++counts_.narrows;
  ++counts_.counters.narrows;
  note_crossing();
  static_cast<void>(hops_.index_of(cpu_->stack));
}

void StatisticsObserver::widen(const Hop&) {
  ++counts_.widens;
  ++counts_.counters.widens;
  note_crossing();
}

void StatisticsObserver::event(const asx::Fault& fault, const Hop&) {
  ++counts_.events[fault.vector];
  Counters& counters = counts_.counters;
  if (fault.vector >= asx::kVectorInterrupt) {
    ++counts_.interrupts;
    ++counters.interrupts;
  } else if (fault.vector == asx::kVectorPageFault) {
    ++counters.page_faults;
  } else if (fault.vector == asx::kVectorAddressSpace) {
    ++counters.address_space_faults;
  } else {
    ++counters.other_exceptions;
  }
  const bool from_kernel = note_crossing();
  if (was_privileged_ && !from_kernel) ++counts_.kernel_entries;
  static_cast<void>(hops_.index_of(cpu_->code));
}

void StatisticsObserver::event_return(const Hop&) {
  ++counts_.event_returns;
  ++counts_.counters.event_returns;
  note_crossing();
}

}  // namespace emu
