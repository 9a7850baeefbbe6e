# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: awk -f check_includes.awk layers.txt FILE... ; prints every include that layers.txt does not allow.
FILENAME ~ /layers\.txt$/ {
  if ($0 ~ /^#/ || NF == 0) next
  split($0, halves, ":")
  folder = halves[1]; gsub(/[ \t]+$/, "", folder)
  allowed[folder] = halves[2] " " folder
  next
}
function folder_of(path,   best, folder) {
  best = ""
  for (folder in allowed) if (index(path, folder "/") == 1 && length(folder) > length(best)) best = folder
  return best
}
function may_include(folder, path,   names, count, i) {
  count = split(allowed[folder], names, " ")
  for (i = 1; i <= count; ++i) if (index(path, names[i] "/") == 1) return 1
  return 0
}
/^[ \t]*#include "/ {
  split($0, parts, "\""); path = parts[2]; folder = folder_of(FILENAME)
  if (folder == "") { print FILENAME ": lies in no folder of layers.txt"; failed = 1; next }
  if (!may_include(folder, path)) { print FILENAME ":" FNR ": " folder " may not include " path; failed = 1 }
}
/^[ \t]*#include <unicorn\// && FILENAME !~ /^emu\/engine\// { print FILENAME ":" FNR ": only emu/engine may include Unicorn"; failed = 1 }
END { exit failed }
