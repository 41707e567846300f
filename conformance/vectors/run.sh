#!/bin/sh
# The test vectors that other projects publish, against packages/verify. SELFSAME_VECTORS names a folder with
# clones of them; README.md lists which. What is missing there is left out.
set -eu
cd "$(dirname "$0")/../.."
if [ -z "${SELFSAME_VECTORS:-}" ] || [ ! -d "$SELFSAME_VECTORS" ]; then
	echo "skipped: SELFSAME_VECTORS names no folder with the vectors (conformance/vectors/README.md)"
	exit 77
fi
exec npx vitest run packages/verify/src/published-vectors.test.ts
