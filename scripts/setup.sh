#!/usr/bin/env bash
# Makes a checkout ready to run: npm packages and the build. Nothing else has to be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
npm ci --no-fund --no-audit --loglevel=error
npm run --silent build
