// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/code_pages.h"

#include <cstdlib>
#include <new>

namespace emu {

CodePages::CodePages(uint64_t memory_size) : count_(memory_size / asx::kPageSize) {
  // calloc leaves a big array to the host's zero pages, so records cost memory only for pages in use
  pages_ = static_cast<Page*>(std::calloc(count_, sizeof(Page)));
  if (pages_ == nullptr) throw std::bad_alloc();
}

CodePages::~CodePages() {
  std::free(pages_);
}

}  // namespace emu
