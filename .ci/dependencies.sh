#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what Hopscotch needs and is missing, on Debian 12 and 13. Quick when nothing is missing.
# On Debian 12 the four libraries come from newer Debian releases, pinned so low that nothing else follows.
set -euo pipefail

base_packages=(g++ cmake ninja-build pkg-config)
library_packages=(libunicorn-dev libcapstone-dev libcli11-dev catch2 libfmt-dev nlohmann-json3-dev)
test_packages=(busybox-static bash-static musl-tools liblua5.4-dev libsqlite3-dev clang-format e2fsprogs)

say() { printf 'dependencies: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

# Debian 12's own Unicorn (2.0.1) replaces walked addresses by virtual ones; 2.1 is the oldest that works.
has_usable_unicorn() {
  is_installed libunicorn-dev &&
    dpkg --compare-versions "$(dpkg-query -W -f='${Version}' libunicorn-dev)" ge 2.1
}

missing_packages() {
  local package
  for package in "${base_packages[@]}" "${library_packages[@]}" "${test_packages[@]}"; do
    is_installed "$package" || printf '%s\n' "$package"
  done
  has_usable_unicorn || printf '%s\n' libunicorn-dev
}

[ -z "$(missing_packages)" ] && exit 0

command -v apt-get >/dev/null || die "no apt-get here; install these by hand: $(missing_packages | sort -u | tr '\n' ' ')"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || die "run as root, or install sudo; missing: $(missing_packages | sort -u | tr '\n' ' ')"
  as_root=(sudo)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o Dpkg::Use-Pty=0 "$@" >/dev/null; }

# The mirror is whichever one this machine already uses.
mirror() {
  apt-get indextargets --format '$(SITE) $(COMPONENT)' "Created-By: Packages" |
    awk '$2 == "main" && $1 !~ /security/ { print $1; exit }'
}

add_newer_releases() {
  local site list pins
  site=$(mirror)
  [ -n "$site" ] || die "apt names no mirror with the component main; add one to /etc/apt/sources.list"
  list=$(mktemp) && pins=$(mktemp)
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
    "$site" trixie "$site" bookworm-backports >"$list"
  printf 'Package: *\nPin: release n=%s\nPin-Priority: 100\n\n' trixie bookworm-backports >"$pins"
  "${as_root[@]}" install -m 644 "$list" /etc/apt/sources.list.d/hopscotch.list
  "${as_root[@]}" install -m 644 "$pins" /etc/apt/preferences.d/hopscotch
  rm -f "$list" "$pins"
}

release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-unknown}")
say "installing: $(missing_packages | sort -u | tr '\n' ' ')"
apt update
if [ "$release" = bookworm ]; then
  add_newer_releases
  apt update
  # shellcheck disable=SC2046
  apt install --no-install-recommends "${base_packages[@]}" "${test_packages[@]}" libfmt-dev nlohmann-json3-dev \
    libunicorn-dev/trixie libunicorn2t64/trixie libcapstone-dev/trixie libcapstone5/trixie libcli11-dev/trixie \
    catch2/bookworm-backports libcatch2-dev/bookworm-backports
else
  apt install --no-install-recommends "${base_packages[@]}" "${library_packages[@]}" "${test_packages[@]}"
fi
[ -z "$(missing_packages)" ] || die "could not install: $(missing_packages | sort -u | tr '\n' ' ')"
