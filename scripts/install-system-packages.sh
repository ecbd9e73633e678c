#!/usr/bin/env bash
# System packages that the whole test suite needs, on Debian and Ubuntu. CI runs this first. On another
# machine their absence is a skip with a name; CONTRIBUTING.md lists what each is for. Ends with 3 where packages are
# missing and nobody here may install them.
set -euo pipefail

packages=(
  g++ make cmake     # the addon
  libgtest-dev       # C++ tests
  clang-format-14    # format of C++
  patchelf binutils  # prebuild: SONAME of the shipped library, symbol versions
  ffmpeg             # clips to segment
)
# Fetches the compiler of the CUDA kernels; Python may have brought its own.
python3 -m pip --version >/dev/null 2>&1 || packages+=(python3-pip)
# linux-arm64 built and run on another machine.
[ "$(dpkg --print-architecture)" != amd64 ] || packages+=(g++-aarch64-linux-gnu qemu-user)

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "system packages: all there"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo -n)
  if ! "${as_root[@]}" true 2>/dev/null; then
    echo "system packages: not root, and sudo does not let us be; missing: ${missing[*]}" >&2
    exit 3
  fi
fi
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
echo "system packages: installed ${missing[*]}"
