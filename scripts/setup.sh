#!/usr/bin/env bash
# Installs what tsbpf needs to run from a checkout on Debian 12: clang and libbpf's headers, npm packages, the build.
set -euo pipefail
cd "$(dirname "$0")/.."
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
command -v clang >/dev/null || ls /usr/bin/clang-[0-9]* >/dev/null 2>&1 || missing+=(clang-16)
[ -e /usr/include/bpf/bpf_helpers.h ] || missing+=(libbpf-dev)
if [ ${#missing[@]} -gt 0 ]; then
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
npm ci --no-fund --no-audit --loglevel=error
npm run --silent build
