// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/directory.h"

#include "userland/runtime/memory.h"

namespace hop::files {

namespace {

constexpr uint64_t kFewestSlots = 8;

/// FNV-1a, 32 bits.
uint32_t hash_of(const Name& name) {
  uint32_t hash = 2166136261u;
  for (uint64_t i = 0; i < name.length; ++i) hash = (hash ^ static_cast<uint8_t>(name.text[i])) * 16777619u;
  return hash;
}

}  // namespace

bool Name::is(const char* other) const {
  return strlen(other) == length && memcmp(text, other, length) == 0;
}

Directory::~Directory() {
  for (Entry& entry : entries_) {
    if (entry.node != nullptr) release(entry.text);
  }
}

Entry* Directory::find(const Name& name) {
  if (slots_.size() == 0) return nullptr;
  const uint32_t hash = hash_of(name);
  const uint64_t mask = slots_.size() - 1;
  for (uint64_t slot = hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash != hash || entry.length != name.length || entry.node == nullptr) continue;
    if (memcmp(entry.text, name.text, name.length) == 0) return &entry;
  }
  return nullptr;
}

const Entry* Directory::after(uint64_t cookie) const {
  uint64_t low = 0, high = entries_.size();
  while (low < high) {
    const uint64_t middle = (low + high) / 2;
    if (entries_[middle].cookie <= cookie) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  while (low < entries_.size() && entries_[low].node == nullptr) ++low;
  return low < entries_.size() ? &entries_[low] : nullptr;
}

void Directory::index(uint64_t position) {
  const uint64_t mask = slots_.size() - 1;
  uint64_t slot = entries_[position].hash & mask;
  while (slots_[slot] != 0) slot = (slot + 1) & mask;
  slots_[slot] = static_cast<uint32_t>(position + 1);
}

/// Builds the table anew, with at least that many slots.
bool Directory::index_all(uint64_t slots) {
  if (slots > slots_.size() && !slots_.resize(slots, 0)) return false;
  for (uint32_t& slot : slots_) slot = 0;
  for (uint64_t i = 0; i < entries_.size(); ++i) index(i);
  return true;
}

/// Moves the living entries together; the slots are not right afterwards.
void Directory::drop_removed() {
  uint64_t kept = 0;
  for (const Entry& entry : entries_) {
    if (entry.node != nullptr) entries_[kept++] = entry;
  }
  entries_.shrink(kept);
  removed_ = 0;
}

Status Directory::add(const Name& name, Node& node) {
  const uint64_t wanted = 2 * (entries_.size() + 1);
  if (wanted > slots_.size() && !index_all(slots_.size() == 0 ? kFewestSlots : 2 * slots_.size()))
    return Status::NoSpace;
  auto* text = static_cast<char*>(allocate(name.length + 1));
  if (text == nullptr) return Status::NoSpace;
  memcpy(text, name.text, name.length);
  text[name.length] = 0;
  if (!entries_.push_back({text, static_cast<uint32_t>(name.length), hash_of(name), next_cookie_, &node})) {
    release(text);
    return Status::NoSpace;
  }
  ++next_cookie_;
  index(entries_.size() - 1);
  return Status::Ok;
}

void Directory::remove(Entry& entry) {
  release(entry.text);
  entry.node = nullptr;
  if (++removed_ <= entries_.size() / 2) return;
  drop_removed();
  for (uint32_t& slot : slots_) slot = 0;
  for (uint64_t i = 0; i < entries_.size(); ++i) index(i);
}

}  // namespace hop::files
