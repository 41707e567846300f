#!/bin/sh
# Environments against mmdebstrap, and against themselves in another store. Needs an archive and some minutes.
set -eu
cd "$(dirname "$0")/../.."
if ! command -v mmdebstrap >/dev/null; then
	echo "skipped: mmdebstrap is not installed"
	exit 77
fi
exec node tools/run-ts.js conformance/environments/compare.ts
