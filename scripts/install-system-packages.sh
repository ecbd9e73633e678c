#!/usr/bin/env bash
# System packages that the whole test suite needs, on Debian and Ubuntu. CI runs this first. On another
# machine their absence is a skip with a name; CONTRIBUTING.md lists what each is for.
set -euo pipefail

packages=(
  g++ make cmake     # the addon
  libgtest-dev       # C++ tests
  clang-format-14    # format of C++
  patchelf binutils  # prebuild: SONAME of the shipped library, symbol versions
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "system packages: all there"
  exit 0
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
echo "system packages: installed ${missing[*]}"
