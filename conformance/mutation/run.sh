#!/bin/sh
# Switches off one check after another in packages/verify, and in what was taken out of it, and sees that a test notices:
# in the folders that decide, by any test; in those that read and check bytes, by the tests beside them, which say more
# of a failure and are quicker. How survivors are dealt with: README.md.
set -eu
cd "$(dirname "$0")/../.."
status=0
node tools/run-ts.js conformance/mutation/run.ts --only verdict/ --only policy/ --only roster/ || status=1
set --
for folder in json encoding digest signatures statement claim log strength evidence dsse keys in-toto; do
  set -- "$@" --only "$folder/" --tests "$folder/"
done
node tools/run-ts.js conformance/mutation/run.ts "$@" || status=1
set --
for folder in attestations/in-toto-layout attestations/sigstore attestations/slsa policy signing; do
  set -- "$@" --only "selfsame/$folder/" --tests "selfsame/$folder/"
done
node tools/run-ts.js conformance/mutation/run.ts "$@" || status=1
exit "$status"
