#!/bin/sh
# `selfsame check` against small projects that each differ for one known reason (README.md).
# All of them: SELFSAME_CAUSES=all; else one for each cause, and those where nothing differs.
set -eu
cd "$(dirname "$0")/../.."
if ! node_modules/.bin/selfsame doctor --quiet >/dev/null 2>&1; then
	echo "skipped: this machine lacks something, see selfsame doctor"
	exit 77
fi
[ "${SELFSAME_CAUSES:-}" = all ] || set -- --quick
exec node tools/run-ts.js conformance/causes/run.ts "$@"
