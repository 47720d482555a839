#!/usr/bin/env bash
# Installs what the tests need (Debian packages, npm) and runs all of them: checks, unit tests, the running kernel, Debian's
# kernel in QEMU. Needs root for packages and for the kernel. Prints one summary line and fails if anything failed.
set -euo pipefail
cd "$(dirname "$0")/.."
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

packages=(clang-14 clang-16 clang-19 llvm-16 llvm-19 libbpf-dev bpftool gcc libc6-dev libpcap-dev tcpdump z3 iproute2
  libbpf-tools bpfcc-tools tshark qemu-system-x86 busybox-static cpio zstd xz-utils kmod chromium csmith)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
npm ci --no-fund --no-audit --loglevel=error
exec node scripts/test-all.mjs
