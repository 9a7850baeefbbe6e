// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/rewritten_code.h"

#include <algorithm>
#include <cstring>

namespace emu {

std::unique_ptr<RewrittenCode> RewrittenCode::create() {
  auto memory = GuestMemory::create(kPages * asx::kPageSize);
  if (!memory) return nullptr;
  return std::unique_ptr<RewrittenCode>(new RewrittenCode(std::move(memory.value())));
}

uint64_t RewrittenCode::key_of(uint64_t address, asx::PhysicalAddress source, uint32_t version) {
  constexpr uint64_t kSpread = 0x9e3779b97f4a7c15;
  return ((address * kSpread ^ source.value) * kSpread ^ version) * kSpread;
}

RewrittenCode::Page* RewrittenCode::find(uint64_t address, asx::PhysicalAddress source, uint32_t version) {
  const auto [first, last] = by_key_.equal_range(key_of(address, source, version));
  const auto found = std::find_if(first, last, [&](const auto& entry) {
    const Page& page = *entry.second;
    return page.address == address && page.source == source && page.version == version;
  });
  return found == last ? nullptr : found->second;
}

RewrittenCode::Page* RewrittenCode::write(const Page& key, std::span<const uint8_t> bytes, Rewriter& rewriter) {
  if (pages_.size() == kPages) return nullptr;
  auto page = std::make_unique<Page>(key);
  const uint64_t place = pages_.size() * asx::kPageSize;
  page->copies = {kPhysicalStart + place};
  for (size_t i = 0; i < kSlotsOfPage; ++i) {
    const auto code = bytes.subspan(i, std::min(bytes.size() - i, kMaximumX86Length));
    const RewrittenInstruction written = rewriter.rewrite(code, page->address + i);
    page->slots[i] = written.slot;
    std::memcpy(memory_.base() + place + i * kSlotSize, written.text.data(), kSlotSize);
  }
  by_key_.emplace(key_of(page->address, page->source, page->version), page.get());
  return pages_.emplace_back(std::move(page)).get();
}

void RewrittenCode::forget(const Page& page) {
  const auto [first, last] = by_key_.equal_range(key_of(page.address, page.source, page.version));
  const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second == &page; });
  if (found != last) by_key_.erase(found);
}

void RewrittenCode::clear() {
  pages_.clear();
  by_key_.clear();
  all_mapped_.clear();
  mapped_.fill({});
}

void RewrittenCode::map(uint64_t address, Page* page) {
  mapped_[index(address)] = {address, page};
  all_mapped_[address] = page;
}

RewrittenCode::Page& RewrittenCode::look_up(uint64_t address) {
  const uint64_t start = address & ~(kSlotsOfPage - 1);
  Page* page = all_mapped_.at(start);
  mapped_[index(address)] = {start, page};
  return *page;
}

}  // namespace emu
