#!/bin/sh
# Runs our implementation against the published vectors for quorums (README.md here).
set -eu
cd "$(dirname "$0")/../.."
exec npx --no-install vitest run packages/verify/src/verdict/quorum-vectors.test.ts
