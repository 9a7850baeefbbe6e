// SPDX-License-Identifier: GPL-2.0-or-later
// Several CPUs on one memory. Their engines run in turns on one thread, so whatever one does to the others happens
// while these stand still, at the start of a block.
//
// Beside signals and invspace it keeps their translated code in step with memory, over what code_pages.h does for one
// engine: at any moment a page may be stored to by some CPUs or executed by some, never stored to by one and executed
// by another. So a change of use goes through a TLB fill, and the fill tells the others.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "isa-ext/abi/address.h"
#include "isa-ext/abi/boot.h"

namespace emu {

/// What other CPUs do to this one.
class CpuPeer {
 public:
  virtual ~CpuPeer() = default;
  virtual void signalled_by(uint32_t cpu) = 0;
  virtual void invalidate_space(uint64_t space) = 0;
  /// Another CPU may store to the page from now on: code translated from there is stale.
  virtual void code_written(asx::PhysicalAddress page) = 0;
  /// Another CPU executes the page from now on: this one must ask again before it stores there.
  virtual void write_right_lost(asx::PhysicalAddress page) = 0;
};

class CpuGroup {
 public:
  explicit CpuGroup(uint64_t memory_size);

  void join(uint32_t cpu, CpuPeer& peer) { peers_[cpu] = &peer; }

  void signal(uint32_t from, uint64_t cpus);
  void invalidate_space(uint32_t from, uint64_t space);

  /// Whether a CPU other than this one may have code translated from the page.
  [[nodiscard]] bool has_code_elsewhere(uint32_t cpu, asx::PhysicalAddress page) {
    return (at(page).code & ~bit(cpu)) != 0;
  }
  /// The CPU has been given the right to store to the page.
  void granted_write(uint32_t cpu, asx::PhysicalAddress page);
  /// The CPU has been given the right to execute the page.
  void granted_fetch(uint32_t cpu, asx::PhysicalAddress page);

  /// Where the ticks of a machine in real time begin.
  [[nodiscard]] std::chrono::steady_clock::time_point start() const { return start_; }

 private:
  /// Bit n: CPU n.
  struct Page {
    uint16_t code;     ///< may have code translated from it
    uint16_t writers;  ///< may store to it without a TLB fill
  };
  static_assert(asx::kMaximumCpus <= 16);
  struct Free {
    void operator()(Page* pages) const { std::free(pages); }
  };

  [[nodiscard]] static uint16_t bit(uint32_t cpu) { return static_cast<uint16_t>(1u << cpu); }
  [[nodiscard]] Page& at(asx::PhysicalAddress page) { return pages_.get()[page.value / asx::kPageSize]; }

  std::unique_ptr<Page, Free> pages_;  ///< zero until touched
  std::array<CpuPeer*, asx::kMaximumCpus> peers_{};
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace emu
