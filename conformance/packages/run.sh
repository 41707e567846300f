#!/bin/sh
# Some small packages of packages.yaml, built twice natively and twice under level virtual; about three minutes
# with an archive nearby. Passes when none differs under virtual and no test has another result. The whole
# study: README.md.
set -eu
cd "$(dirname "$0")/../.."
if ! node_modules/.bin/selfsame doctor --quiet >/dev/null 2>&1; then
	echo "skipped: this machine lacks something, see selfsame doctor"
	exit 77
fi
set -- --quick
if [ -n "${SELFSAME_SECOND_USER:-}" ] && [ "$(id -u)" -eq 0 ]; then
	set -- "$@" --second "$SELFSAME_SECOND_USER"
fi
exec node tools/run-ts.js conformance/packages/study.ts "$@"
