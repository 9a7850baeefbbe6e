#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing, builds, and runs all tests: the release build's, then the host's unit tests under ASan and
# UBSan. Arguments go to ctest, as in ./test.sh -R busybox
set -euo pipefail
cd "$(dirname "$0")"

./.ci/dependencies.sh
for preset in release sanitize; do
  directory=build
  [ "$preset" = sanitize ] && directory=build-sanitize
  [ -f "$directory/build.ninja" ] || cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset" -- --quiet
done
ctest --preset release "$@"
ctest --preset sanitize -R "^unit[.]"
