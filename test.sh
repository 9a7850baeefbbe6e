#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing, builds, and runs all tests. Arguments go to ctest, as in ./test.sh -R busybox
#   ./test.sh --sanitize   runs the unit tests of the host code under ASan and UBSan instead
set -euo pipefail
cd "$(dirname "$0")"

./.ci/dependencies.sh
if [ "${1:-}" = --sanitize ]; then
  [ -f build-sanitize/build.ninja ] || cmake --preset sanitize >/dev/null
  cmake --build --preset sanitize --target unit_tests -- --quiet
  exec ctest --preset sanitize -R '^unit[.]'
fi
[ -f build/build.ninja ] || cmake --preset release >/dev/null
cmake --build --preset release -- --quiet
ctest --preset release "$@"
