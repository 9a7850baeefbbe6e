// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/lab/lab.h"

#include <fmt/format.h>

#include <algorithm>

namespace emu::lab {

std::span<const Lab> labs() {
  static constexpr Lab kLabs[] = {
#define HOP_LAB(function, name, summary) {name, summary, &function},
#include "emu/lab/labs.def"
#undef HOP_LAB
  };
  return kLabs;
}

const Lab* find_lab(std::string_view name) {
  const auto found = std::ranges::find_if(labs(), [&](const Lab& lab) { return lab.name == name; });
  return found == labs().end() ? nullptr : &*found;
}

std::string list_labs() {
  size_t width = 0;
  for (const Lab& lab : labs()) width = std::max(width, lab.name.size());
  std::string list;
  for (const Lab& lab : labs()) list += fmt::format("{:<{}}  {}\n", lab.name, width, lab.summary);
  return list;
}

}  // namespace emu::lab
