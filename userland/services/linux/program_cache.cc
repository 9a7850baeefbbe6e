// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/program_cache.h"

#include "isa-ext/abi/structures.h"

namespace hop::personality {
namespace {

constexpr uint32_t kMost = 8;

/// A file's contents are the same as long as all of these are.
struct Identity {
  uint64_t device = 0, inode = 0;
  int64_t size = -1;
  uint64_t modified[2] = {}, changed[2] = {};

  Identity() = default;
  explicit Identity(const files::FileStatus& file)
      : device(file.device),
        inode(file.inode),
        size(file.size),
        modified{file.modify_seconds, file.modify_nanoseconds},
        changed{file.change_seconds, file.change_nanoseconds} {}
  bool operator==(const Identity&) const = default;
};

struct Entry {
  Identity file;
  Area image;
  uint64_t last_use = 0;
};

Entry* entries() {
  static Entry all[kMost];
  return all;
}

uint64_t uses = 0;

}  // namespace

const Area* find_image(const files::FileStatus& file) {
  const Identity wanted(file);
  for (uint32_t i = 0; i < kMost; i++) {
    Entry& entry = entries()[i];
    if (!(entry.file == wanted)) continue;
    entry.last_use = ++uses;
    return &entry.image;
  }
  return nullptr;
}

void remember_image(const files::FileStatus& file, const Area& image) {
  Entry* oldest = &entries()[0];
  for (uint32_t i = 1; i < kMost; i++)
    if (entries()[i].last_use < oldest->last_use) oldest = &entries()[i];
  oldest->file = {};
  oldest->image.destroy();
  if (oldest->image.create(asx::kSpaceStack, 1, "linux.image", 0) && oldest->image.copy_from(image)) {
    oldest->file = Identity(file);
    oldest->last_use = ++uses;
  } else {
    oldest->image.destroy();
    oldest->last_use = 0;
  }
}

}  // namespace hop::personality
