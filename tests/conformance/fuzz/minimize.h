// SPDX-License-Identifier: GPL-2.0-or-later
// Makes a list on which something fails as short as leaving out can make it.
#pragma once
#include <vector>

namespace conformance {

/// `fails` is asked of shorter and shorter lists: first without long stretches, at last without single items.
template <typename T, typename Fails>
[[nodiscard]] std::vector<T> minimized(std::vector<T> items, const Fails& fails) {
  for (size_t length = items.size(); length > 0; length /= 2) {
    for (size_t start = 0; start + length <= items.size();) {
      std::vector<T> shorter = items;
      const auto begin = shorter.begin() + static_cast<std::ptrdiff_t>(start);
      shorter.erase(begin, begin + static_cast<std::ptrdiff_t>(length));
      if (fails(shorter)) {
        items = std::move(shorter);
      } else {
        start += length;
      }
    }
  }
  return items;
}

}  // namespace conformance
