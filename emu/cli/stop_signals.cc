// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/stop_signals.h"

#include <array>
#include <atomic>
#include <cassert>
#include <csignal>

namespace emu::cli {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

// A signal handler reaches only what is global.
std::atomic<Machine*> stopped_machine = nullptr;
std::atomic<int> first_signal = 0;
std::array<struct sigaction, kSignals.size()> previous_actions;

void stop_machine(int signal_number) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal_number);
  if (Machine* machine = stopped_machine) machine->request_stop();
}

}  // namespace

StopSignals::StopSignals(Machine& machine) {
  assert(stopped_machine == nullptr);
  first_signal = 0;
  stopped_machine = &machine;
  struct sigaction action {};
  action.sa_handler = stop_machine;
  action.sa_flags = SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &previous_actions[i]);
    // Who started us with a signal ignored (nohup, a shell's background job) wants it to stay so.
    if (previous_actions[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &previous_actions[i], nullptr);
  stopped_machine = nullptr;
}

int StopSignals::received() const {
  return first_signal;
}

}  // namespace emu::cli
