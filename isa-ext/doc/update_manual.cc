// SPDX-License-Identifier: GPL-2.0-or-later
// Renews what chapter 3 of the manual has from the instruction table, in the file it is given.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "isa-ext/encoding/manual_text.h"

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fprintf(stderr, "usage: isa_manual_generator CHAPTER\n");
    return 2;
  }
  std::ifstream in(arguments[1], std::ios::binary);
  const std::string chapter{std::istreambuf_iterator<char>(in), {}};
  if (!in || chapter.empty()) {
    std::fprintf(stderr, "isa_manual_generator: cannot read %s\n", arguments[1]);
    return 2;
  }
  in.close();
  std::ofstream out(arguments[1], std::ios::binary);
  out << asx::with_manual_blocks(chapter);
  out.close();
  return out ? 0 : 2;
}
