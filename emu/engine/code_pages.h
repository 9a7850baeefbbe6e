// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps translated code and the memory it came from in step.
//
// The engine notices a store into translated code only sometimes, so each physical page has a record here, kept by
// the TLB-fill hook: within one TLB epoch (between two flushes) a page is either written or executed. Executing a
// page that was writable in this epoch needs a new epoch first; executing a page that has been writable since its
// code was translated needs that code dropped first.
#pragma once
#include <cstdint>

#include "isa-ext/abi/address.h"

namespace emu {

class CodePages {
 public:
  explicit CodePages(uint64_t memory_size);
  ~CodePages();
  CodePages(const CodePages&) = delete;
  CodePages& operator=(const CodePages&) = delete;

  enum class Fetch {
    Allowed,
    NeedsDrop,  ///< the TLB must be flushed, and the page's code dropped if is_stale()
  };
  /// A fetch fill. Allowed ones are recorded.
  [[nodiscard]] Fetch fetch(asx::PhysicalAddress page) {
    Page& state = at(page);
    if (state.write_epoch == epoch_ || is_stale(state)) return Fetch::NeedsDrop;
    state.fetch_epoch = epoch_;
    state.translated_in = translation_;
    state.stale = false;
    return Fetch::Allowed;
  }

  /// A fill that allows stores. True if the page is executable in this epoch too: the epoch must end after this block.
  [[nodiscard]] bool write(asx::PhysicalAddress page) {
    Page& state = at(page);
    state.write_epoch = epoch_;
    if (has_code(state)) state.stale = true;
    return state.fetch_epoch == epoch_;
  }

  /// The host wrote to the page.
  void written_by_host(asx::PhysicalAddress page) {
    Page& state = at(page);
    if (has_code(state)) state.stale = true;
  }

  /// Stores to the page may have been allowed in this epoch.
  [[nodiscard]] bool is_writable(asx::PhysicalAddress page) { return at(page).write_epoch == epoch_; }
  [[nodiscard]] bool has_code(asx::PhysicalAddress page) { return has_code(at(page)); }
  [[nodiscard]] bool is_stale(asx::PhysicalAddress page) { return is_stale(at(page)); }
  /// How often the page's code was dropped; part of the identity of a translated block.
  [[nodiscard]] uint32_t version(asx::PhysicalAddress page) { return at(page).version; }

  /// The engine has dropped the page's code.
  void dropped(asx::PhysicalAddress page) {
    Page& state = at(page);
    state.stale = false;
    state.translated_in = 0;
    ++state.version;
  }
  /// The engine has dropped all code.
  void dropped_all() { ++translation_; }
  /// The TLB was flushed.
  void begin_epoch() { ++epoch_; }
  [[nodiscard]] uint64_t epoch() const { return epoch_; }

 private:
  struct Page {
    uint64_t write_epoch;
    uint64_t fetch_epoch;
    uint32_t translated_in;  ///< value of translation_ when it was last fetched from
    uint16_t version;
    bool stale;
  };
  [[nodiscard]] Page& at(asx::PhysicalAddress page) { return pages_[page.value / asx::kPageSize]; }
  [[nodiscard]] bool has_code(const Page& page) const { return page.translated_in == translation_; }
  [[nodiscard]] bool is_stale(const Page& page) const { return page.stale && has_code(page); }

  Page* pages_;  ///< zero until touched
  uint64_t count_;
  uint64_t epoch_ = 1;
  uint32_t translation_ = 1;
};

}  // namespace emu
