// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/machine.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <optional>
#include <vector>

#include "emu/devices/power.h"
#include "emu/devices/serial_line.h"
#include "emu/machine/boot.h"
#include "emu/machine/processors.h"

namespace emu {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kMinimumMemory = uint64_t{16} << 20;
constexpr uint64_t kMemoryStep = uint64_t{2} << 20;
constexpr uint32_t kMinimumTranslationBuffer = 1u << 20;
constexpr int kLogLine = 2;
constexpr int kLongestPoll = 200;  // milliseconds; request_stop() is looked at in between

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

MaybeError check(const MachineOptions& options) {
  const bool fits = options.memory >= kMinimumMemory && options.memory <= asx::kDeviceBase;
  if (!fits || options.memory % kMemoryStep != 0) {
    return Error{"the machine's memory must be 16 MiB to 64 GiB, a multiple of 2 MiB"};
  }
  if (options.translation_buffer < kMinimumTranslationBuffer) {
    return Error{"the translation buffer must have at least 1 MiB"};
  }
  if (options.cpus == 0 || options.cpus > asx::kMaximumCpus) return Error{"the machine has 1 to 16 CPUs"};
  if (options.turn == 0) return Error{"a CPU's turn has at least 1 instruction"};
  return {};
}

}  // namespace

class Machine::Implementation {
 public:
  Implementation(const MachineOptions& options, GuestMemory memory)
      : options_(options), memory_(std::move(memory)), power_(bus_) {
    serial_.reserve(asx::kSerialLines);
    for (uint32_t i = 0; i < asx::kSerialLines; ++i) {
      const SerialHost& host = options.serial[i];
      serial_.push_back(std::make_unique<SerialLine>(bus_, i, HostInput(host.input), HostOutput(host.output)));
    }
  }

  [[nodiscard]] MaybeError start_processors() {
    auto processors = Processors::create(options_, memory_, bus_);
    if (!processors) return Error{processors.error()};
    processors_ = std::move(processors.value());
    return {};
  }

  [[nodiscard]] MaybeError load(const BootImage& image) {
    auto error = boot(image, options_, memory_, *processors_);
    if (!error) processors_->begin();
    return error;
  }

  [[nodiscard]] RunResult run() {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of write(), and ends the machine
    const auto start = Clock::now();
    std::optional<RunResult> result;
    while (!result) result = step();
    flush_output();
    seconds_ += seconds_since(start);
    return *result;
  }

  void request_stop() { stop_requested_.store(true, std::memory_order_relaxed); }

  [[nodiscard]] Statistics statistics() const {
    Statistics statistics = processors_->statistics();
    statistics.host.seconds = seconds_;
    statistics.host.waiting_seconds = waiting_seconds_;
    return statistics;
  }

 private:
  [[nodiscard]] std::optional<RunResult> step() {
    if (auto ending = look_at_host()) return ending;
    const EngineStop stop = processors_->run();
    switch (stop.reason) {
      case StopReason::TurnOver:
        return {};
      case StopReason::Waiting:
        return wait();
      case StopReason::Slice:
        flush_output();
        poll_input();
        return {};
      case StopReason::Attention:
        bus_.clear_attention();
        return look_at_devices();
      case StopReason::Limit:
        return RunResult{EndReason::LimitReached, 0,
                         "the limit of " + std::to_string(options_.limit) + " instructions is reached"};
      case StopReason::MachineCheck:
        return RunResult{EndReason::MachineCheck, 0, stop.detail};
    }
    return {};
  }

  [[nodiscard]] std::optional<RunResult> look_at_host() {
    if (stop_requested_.load(std::memory_order_relaxed)) return RunResult{EndReason::Interrupted, 0, "stopped"};
    for (uint32_t i = 0; i < asx::kSerialLines; ++i) {
      const int failure = serial_[i]->output_failure();
      if (failure == 0 || i == kLogLine) continue;  // a log that nobody reads is no reason to end
      return RunResult{EndReason::Interrupted, 0,
                       "the output of serial line " + std::to_string(i) + " cannot be written: " + strerror(failure)};
    }
    return {};
  }

  [[nodiscard]] std::optional<RunResult> look_at_devices() {
    if (const auto status = power_.exit_status()) return RunResult{EndReason::PowerOff, *status, {}};
    return {};
  }

  void flush_output() {
    for (const auto& line : serial_) line->flush_output();
  }
  void poll_input() {
    for (const auto& line : serial_) line->poll_input();
  }

  /// All CPUs wait for a line to ask: find out which will, and when.
  [[nodiscard]] std::optional<RunResult> wait() {
    const auto start = Clock::now();
    std::optional<RunResult> result;
    flush_output();
    while (!(result = look_at_host())) {
      poll_input();
      if (asks_waiting_cpu()) break;
      const uint64_t timer = processors_->first_timer();
      const bool has_timer = timer != ~uint64_t{0};
      const uint64_t now = processors_->ticks();
      if (has_timer && now >= timer) break;
      if (has_timer && !options_.realtime) {
        processors_->skip_to(timer);
        break;
      }
      if (!has_timer && !can_be_woken()) {
        const std::string who = processors_->count() == 1 ? "the CPU waits" : "all CPUs wait";
        result = RunResult{EndReason::Deadlock, 0, who + ", no timer is set, and no input can come"};
        break;
      }
      sleep_until_input(has_timer ? timer - now : ~uint64_t{0});
    }
    waiting_seconds_ += seconds_since(start);
    return result;
  }

  [[nodiscard]] bool asks_waiting_cpu() {
    for (uint64_t left = bus_.lines().asking(); left != 0; left &= left - 1) {
      if (processors_->is_waited_for(static_cast<uint32_t>(std::countr_zero(left)))) return true;
    }
    return false;
  }
  [[nodiscard]] bool can_be_woken() const {
    for (const auto& line : serial_) {
      if (line->can_wake() && processors_->is_waited_for(line->interrupt_line())) return true;
    }
    return false;
  }

  void sleep_until_input(uint64_t nanoseconds) const {
    std::vector<pollfd> inputs;
    for (const auto& line : serial_) {
      if (line->can_wake() && processors_->is_waited_for(line->interrupt_line()))
        inputs.push_back({line->input_descriptor(), POLLIN, 0});
    }
    const uint64_t longest = uint64_t{kLongestPoll} * 1'000'000;
    const auto capped = static_cast<long>(std::min(nanoseconds, longest));
    const timespec timeout{0, capped};
    ppoll(inputs.data(), inputs.size(), &timeout, nullptr);
  }

  const MachineOptions options_;
  GuestMemory memory_;
  Bus bus_;
  Power power_;
  std::vector<std::unique_ptr<SerialLine>> serial_;
  std::unique_ptr<Processors> processors_;
  std::atomic<bool> stop_requested_ = false;
  static_assert(std::atomic<bool>::is_always_lock_free);  // request_stop() is called by signal handlers
  double seconds_ = 0;
  double waiting_seconds_ = 0;
};

Machine::Machine(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Machine::~Machine() = default;

Result<std::unique_ptr<Machine>> Machine::create(const MachineOptions& options) {
  if (auto error = check(options)) return *error;
  auto memory = GuestMemory::create(options.memory);
  if (!memory) return Error{memory.error()};
  auto implementation = std::make_unique<Implementation>(options, std::move(memory.value()));
  if (auto error = implementation->start_processors()) return *error;
  return std::unique_ptr<Machine>(new Machine(std::move(implementation)));
}

MaybeError Machine::load(const BootImage& image) {
  return implementation_->load(image);
}
RunResult Machine::run() {
  return implementation_->run();
}
void Machine::request_stop() {
  implementation_->request_stop();
}
Statistics Machine::statistics() const {
  return implementation_->statistics();
}

}  // namespace emu
