// SPDX-License-Identifier: GPL-2.0-or-later
// Copies of code for contexts in access-register or segment mode (rewriter.h), page by page, and where the engine finds
// them: in memory of their own that lies physically beyond all that the machine has.
#pragma once
#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

#include "emu/engine/rewriter.h"
#include "emu/platform/guest_memory.h"
#include "isa-ext/abi/devices/devices.h"

namespace emu {

class RewrittenCode {
 public:
  static constexpr uint64_t kPhysicalStart = asx::kDeviceEnd;
  static constexpr uint64_t kPages = 4096;
  static constexpr uint64_t kSlotsOfPage = asx::kPageSize / kSlotSize;  ///< bytes of guest code in one page of copies

  /// The copies of kSlotsOfPage bytes of code.
  struct Page {
    uint64_t address = 0;  ///< of the first of the bytes
    asx::PhysicalAddress source;
    uint32_t version = 0;  ///< of the source page: CodePages::version
    /// The page behind, if an instruction may go on there: where it lay, and its version.
    std::optional<asx::PhysicalAddress> behind;
    uint32_t behind_version = 0;
    asx::PhysicalAddress copies;
    std::array<Slot, kSlotsOfPage> slots;
  };

  /// Null if the host has no memory for it.
  [[nodiscard]] static std::unique_ptr<RewrittenCode> create();
  [[nodiscard]] std::byte* memory() { return memory_.base(); }
  [[nodiscard]] uint64_t size() const { return kPages * asx::kPageSize; }

  [[nodiscard]] Page* find(uint64_t address, asx::PhysicalAddress source, uint32_t version);
  /// Copies of code that has `bytes` from the page's address on, beyond its end too if that can be fetched. nullptr if
  /// all room is taken.
  [[nodiscard]] Page* write(const Page& key, std::span<const uint8_t> bytes, Rewriter& rewriter);
  /// Not to be found again; the room is not given back.
  void forget(const Page& page);
  void clear();

  /// The engine is given a page of copies at their virtual address.
  void map(uint64_t address, Page* page);
  /// The slot of the instruction at a guest address: what the engine is about to run, so it has been mapped.
  [[nodiscard]] Page& mapped(uint64_t address) {
    const Mapped& known = mapped_[index(address)];
    if (known.address == (address & ~(kSlotsOfPage - 1))) [[likely]]
      return *known.page;
    return look_up(address);
  }

 private:
  struct Mapped {
    uint64_t address = ~uint64_t{0};
    Page* page = nullptr;
  };
  static constexpr size_t kMapped = 1024;

  explicit RewrittenCode(GuestMemory memory) : memory_(std::move(memory)) {}
  [[nodiscard]] static size_t index(uint64_t address) { return address / kSlotsOfPage % kMapped; }
  [[nodiscard]] static uint64_t key_of(uint64_t address, asx::PhysicalAddress source, uint32_t version);
  [[nodiscard]] Page& look_up(uint64_t address);

  GuestMemory memory_;
  std::vector<std::unique_ptr<Page>> pages_;
  std::unordered_multimap<uint64_t, Page*> by_key_;
  std::array<Mapped, kMapped> mapped_{};
  std::unordered_map<uint64_t, Page*> all_mapped_;
};

}  // namespace emu
