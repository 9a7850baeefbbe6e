// SPDX-License-Identifier: GPL-2.0-or-later
// The whole machine: memory, bus, devices and the CPU.
#pragma once
#include <memory>
#include <string>

#include "emu/machine/options.h"
#include "emu/machine/statistics.h"
#include "emu/platform/result.h"

namespace emu {

enum class EndReason {
  PowerOff,      ///< the guest switched the machine off
  LimitReached,  ///< MachineOptions::limit
  Deadlock,      ///< the CPU waits, and nothing can ever wake it
  MachineCheck,  ///< an event could not be delivered
  Interrupted,   ///< request_stop(), or the host end of a serial line's output went away
};

struct RunResult {
  EndReason reason = EndReason::PowerOff;
  int exit_status = 0;  ///< PowerOff: 0-255
  std::string detail;   ///< one sentence for the reasons other than PowerOff
};

class Machine {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Machine>> create(const MachineOptions& options);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Puts a kernel and its modules into memory. To be called once, before run().
  [[nodiscard]] MaybeError load(const BootImage& image);

  /// Runs until the machine ends. Ignores SIGPIPE for the process.
  [[nodiscard]] RunResult run();

  /// Ends run() soon. Safe in a signal handler.
  void request_stop();

  /// Of the run so far; valid after run().
  [[nodiscard]] Statistics statistics() const;

 private:
  class Implementation;
  explicit Machine(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace emu
