#!/bin/sh
# Switches off one check after another in the folders of packages/verify that decide, and sees that a test notices.
# Other folders, and how survivors are dealt with: README.md. Two to four minutes on two cores.
set -eu
cd "$(dirname "$0")/../.."
exec node tools/run-ts.js conformance/mutation/run.ts --only verdict/ --only policy/ --only roster/ "$@"
