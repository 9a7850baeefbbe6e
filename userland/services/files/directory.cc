// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/directory.h"

#include "userland/runtime/memory.h"

namespace hop::files {

namespace {

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

Entry* find_entry(Node& directory, const Name& name) {
  const uint32_t hash = hash_of(name);
  for (Entry& entry : directory.entries) {
    if (entry.hash == hash && entry.length == name.length && memcmp(entry.name, name.text, name.length) == 0)
      return &entry;
  }
  return nullptr;
}

Status add_entry(Node& directory, const Name& name, Node& node) {
  auto* text = static_cast<char*>(allocate(name.length + 1));
  if (text == nullptr) return Status::NoSpace;
  memcpy(text, name.text, name.length);
  text[name.length] = 0;
  const Entry entry{text, static_cast<uint32_t>(name.length), hash_of(name), directory.next_cookie, &node};
  if (!directory.entries.push_back(entry)) {
    release(text);
    return Status::NoSpace;
  }
  ++directory.next_cookie;
  return Status::Ok;
}

void remove_entry(Node& directory, Entry& entry) {
  release(entry.name);
  directory.entries.erase(static_cast<uint64_t>(&entry - directory.entries.begin()));
}

}  // namespace hop::files
