#!/bin/sh
# The test vectors that other projects publish, against packages/verify, what reads sigstore's bundles and writes keys.
# SELFSAME_VECTORS names a folder with clones of them; README.md lists which. Without it, those run that the
# distribution has a package of.
set -eu
cd "$(dirname "$0")/../.."
tests='packages/verify/src/published-vectors.test.ts packages/verify/src/distribution-vectors.test.ts
packages/selfsame/src/attestations/sigstore/published-vectors.test.ts packages/selfsame/src/signing/key-files.test.ts'
if [ -n "${SELFSAME_VECTORS:-}" ] && [ -d "$SELFSAME_VECTORS" ]; then
	# shellcheck disable=SC2086
	exec npx --no-install vitest run $tests
fi

package=python3-cryptography-vectors
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 143' INT TERM HUP
if ! (cd "$scratch" && timeout 300 apt-get download -qq "$package" && dpkg-deb -x "$package"_*.deb .) >"$scratch/log" 2>&1; then
	echo "skipped: SELFSAME_VECTORS names no folder with the vectors (conformance/vectors/README.md), and apt has no $package:"
	tail -n 3 "$scratch/log"
	exit 77
fi
SELFSAME_VECTORS=$scratch/usr/lib/python3/dist-packages npx --no-install vitest run packages/verify/src/distribution-vectors.test.ts
