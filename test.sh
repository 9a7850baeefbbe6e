#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing, builds, and runs all tests; then the unit tests of the host code once more under ASan and
# UBSan. With arguments, which go to ctest, only the first part: ./test.sh -R busybox
set -euo pipefail
cd "$(dirname "$0")"

./.ci/dependencies.sh
[ -f build/build.ninja ] || cmake --preset release >/dev/null
cmake --build --preset release -- --quiet
ctest --preset release "$@"
[ $# -eq 0 ] || exit 0

[ -f build-sanitize/build.ninja ] || cmake --preset sanitize >/dev/null
cmake --build --preset sanitize --target unit_tests -- --quiet
ctest --preset sanitize -R '^unit[.]'
