// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/block_counts.h"

namespace emu {

uint32_t CodeView::of(asx::SpaceId id, uint32_t generation) {
  Entry& entry = slot(id);
  const bool known = entry.view != 0 && entry.id == id.value && entry.generation == generation;
  if (!known) entry = {id.value, generation, ++last_view_};
  return entry.view;
}

void CodeView::changed(asx::SpaceId id) {
  Entry& entry = slot(id);
  if (entry.id == id.value) entry.view = 0;
}

void CodeView::changed_all() {
  entries_.fill({});
}

}  // namespace emu
