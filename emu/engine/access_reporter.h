// SPDX-License-Identifier: GPL-2.0-or-later
// The hooks for instructions and memory accesses, installed only for an AccessObserver, and what they need to tell it
// the truth. doc/how-unicorn-is-used.md, "Reports of accesses", says what the engine does by itself.
#pragma once
#include <unicorn/unicorn.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>

#include "emu/engine/access_observer.h"
#include "emu/platform/guest_memory.h"

namespace emu {

class AccessReporter {
 public:
  AccessReporter(AccessObserver& observer, const GuestMemory& memory);

  void extension(const asx::Instruction& instruction, const asx::Registers& registers) {
    observer_.extension(instruction, registers);
  }
  /// An instruction begins. The hook tells, but for copies (rewriter.h), of which it sees several instead of one.
  void instruction(uint64_t address, uint32_t size);
  void system_call() { observer_.system_call(); }
  void spaces_changed() {
    page_ = kNoPage;
    observer_.spaces_changed();
  }
  void space_invalidated(uint64_t space) {
    page_ = kNoPage;
    observer_.space_invalidated(space);
  }

  /// Memory and devices appear in several windows of the engine's physical addresses. Call `map` for each window but
  /// the first, with its start.
  template <typename Map>
  [[nodiscard]] static bool map_windows(Map map) {
    for (uint64_t window = 1; window < kWindows; ++window) {
      if (!map(window * kWindowSize)) return false;
    }
    return true;
  }
  [[nodiscard]] bool add_hooks(uc_engine* engine);
  /// Nothing is reported before.
  void begin() { is_on_ = true; }

  /// The engine reports physical addresses, so within one TLB epoch each name of a page gets a window of its own.
  /// The physical address to give to the engine for a virtual page; none if all windows of the page are taken.
  [[nodiscard]] std::optional<uint64_t> place(uint64_t virtual_page, asx::PhysicalAddress physical, uint64_t epoch);

 private:
  static constexpr uint64_t kWindows = 8;
  static constexpr uint64_t kWindowSize = uint64_t{1} << 37;

  struct Name {
    uint64_t epoch;
    uint64_t virtual_page;
  };
  struct Free {
    void operator()(Name* names) const { std::free(names); }
  };

  static void on_instruction(uc_engine*, uint64_t address, uint32_t size, void* user);
  static void on_access(uc_engine*, uc_mem_type type, uint64_t address, int size, int64_t value, void* user);
  void report(AccessObserver::Data access);
  /// The names of a page, kWindows of them.
  [[nodiscard]] Name* names_of(uint64_t physical);

  AccessObserver& observer_;
  const uint64_t memory_size_;
  std::unique_ptr<Name, Free> names_;  ///< zero until touched
  bool is_on_ = false;

  static constexpr uint64_t kNoPage = ~uint64_t{0};
  uint64_t page_ = kNoPage;  ///< virtual address of the page that the last instruction ended in
  uint64_t instruction_ = 0;
  uint64_t number_ = 0;
  AccessObserver::Data last_;
  /// A load that crosses pages: the engine reports it, and then the two aligned loads it makes of it.
  uint64_t part_address_ = 0;
  uint32_t part_size_ = 0;
  unsigned parts_left_ = 0;
};

}  // namespace emu
