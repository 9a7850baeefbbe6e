#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing, builds, and runs an unmodified Linux program on the machine.
set -euo pipefail
cd "$(dirname "$0")"

./.ci/dependencies.sh
[ -f build/build.ninja ] || cmake --preset release >/dev/null
cmake --build --preset release --target hop examples -- --quiet

printf '%s\n' '$ build/hop run --stats /bin/busybox sha256sum /etc/passwd' >&2
exec build/hop run --stats /bin/busybox sha256sum /etc/passwd
