#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The shape of the project itself. Usage: check.sh WHAT; exits with 0 if it holds, else says what does not.
set -eu
cd "$(dirname "$0")/../.."

sources() { find isa-ext emu kernel userland tests examples -type f \( "$@" \) | sort; }
code() { sources -name '*.cc' -o -name '*.h' -o -name '*.S' -o -name '*.def'; }
fail_if_any() { # message; reads what was found
  found=$(cat)
  [ -z "$found" ] && return 0
  printf '%s:\n%s\n' "$1" "$found"
  return 1
}

case "${1:-}" in
  includes)
    # shellcheck disable=SC2046
    awk -f tests/structure/check_includes.awk tests/structure/layers.txt $(code) ;;
  length)
    code | while read -r file; do
      lines=$(wc -l <"$file")
      [ "$lines" -le 600 ] || echo "$file: $lines"
    done | fail_if_any "files of more than 600 lines; split them by concept" ;;
  licence)
    { code; sources -name CMakeLists.txt -o -name '*.cmake' -o -name '*.sh'; } | while read -r file; do
      head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || echo "$file"
    done | fail_if_any "files without the licence line" ;;
  printing)
    { grep -nE 'printf|std::cout|std::cerr|iostream' $(sources -path 'isa-ext/model/*' -o -path 'isa-ext/insns/*') || true; } |
      fail_if_any "printing in the model; observers do that" ;;
  throwing)
    { grep -nE '\bthrow\b' $(sources -path 'isa-ext/*.cc' -o -path 'kernel/*.cc' -o -path 'userland/*.cc') || true; } |
      fail_if_any "exceptions where faults are values" ;;
  hosts)
    { grep -rnE '(deb|security|ftp|archive|registry|files)\.(debian|ubuntu|npmjs|pythonhosted)\.|snapshot\.debian' \
      --include='*' .ci run.sh test.sh CMakeLists.txt isa-ext emu kernel userland examples README.md 2>/dev/null || true; } |
      fail_if_any "names of package hosts" ;;
  paths)
    { grep -rnE '(^|[^[:alnum:]_.])/(work|home|root)/' .ci run.sh test.sh CMakeLists.txt CMakePresets.json ./*.md isa-ext emu kernel \
      userland examples tests --exclude=check.sh || true; } | fail_if_any "paths of somebody's machine" ;;
  engine)
    { grep -nwE 'uc_[a-z_]+|UC_[A-Z0-9_]+' $(code | grep -v '^emu/engine/') || true; } |
      fail_if_any "names of Unicorn outside of emu/engine" ;;
  links)
    find . -name '*.md' -not -path './build*' | sort | while read -r file; do
      grep -oE '\]\([^)#:]+[)#]' "$file" | sed -E 's/^\]\(//; s/[)#]$//' | while read -r target; do
        [ -e "$(dirname "$file")/$target" ] || echo "$file: $target"
      done
    done | fail_if_any "links in documentation that lead nowhere" ;;
  places)
    # CONTRIBUTING.md promises where an instruction and a flag are to be written; these two are held to it
    named() { grep -rlE "$1" isa-ext emu --include='*.cc' --include='*.h' --include='*.def' --include='*.md' \
      --exclude-dir=decisions | sort; }
    {
      named '\b[Ss]tsel\b' | grep -vxE 'isa-ext/(encoding/instructions.def|insns/stsel.cc|doc/manual/0[34]-[a-z]*.md)'
      named 'EntryPoint::|"entry"' | grep -vxE 'isa-ext/(variant/variants.def|model/gate_entry.cc|doc/manual/07-variants.md)'
      grep -rlE '\b[Ss]tsel\b' tests/unit >/dev/null || echo "tests/unit: nothing about stsel"
      grep -rl 'EntryPoint::' tests/unit >/dev/null || echo "tests/unit: nothing about --entry"
    } | fail_if_any "more places (or fewer) than the recipes of CONTRIBUTING.md have" ;;
  test-names)
    grep -rhoE '^(TEST_CASE|SCENARIO|GUEST_TEST)\("[^"]*"' tests --include='*.cc' | sort | uniq -d |
      fail_if_any "test names that are used twice" ;;
  format)
    tool=$(command -v clang-format-14 || command -v clang-format || true)
    case "$([ -n "$tool" ] && "$tool" --version)" in
      *"version 14."*) ;;
      *) echo "skipped: clang-format 14 is not here"; exit 77 ;;
    esac
    # shellcheck disable=SC2046
    "$tool" --dry-run --Werror $(sources -name '*.cc' -o -name '*.h') ;;
  *) echo "usage: check.sh includes|length|licence|printing|throwing|hosts|paths|engine|links|places|test-names|format" >&2; exit 2 ;;
esac
