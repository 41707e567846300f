#!/bin/sh
# The main job, end to end: two builders who share nothing but the recipes and the lock build GNU
# hello and the graph zlib -> pigz, each signs what came out, and a policy of two judges the claims.
# Run by `make demo`. Everything it makes is under out/demo; a second run finds its work done.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
demo=$root/out/demo
selfsame=$root/node_modules/.bin/selfsame
projects='hello pigz zlib'

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
test -t 1 || say() { printf '\n== %s\n' "$*"; }

SELFSAME_STORE="$demo/alice/store" "$selfsame" doctor build

# checkout NAME PATH: an own copy of the recipes at PATH, as a clone would be.
checkout() {
  mkdir -p "$demo/$1/$2"
  cp -R "$root/examples/selfsame.yaml" "$root/examples/selfsame.lock" "$root/examples/projects" "$demo/$1/$2/"
}

# build_and_sign NAME PATH JOBS: what one builder does.
build_and_sign() {
  say "$1 builds in .../$2 with $3 job(s)"
  export SELFSAME_STORE="$demo/$1/store"
  cd "$demo/$1/$2"
  # shellcheck disable=SC2086 # a list of names on purpose
  "$selfsame" build $projects --jobs "$3"
  test -e "$demo/$1/$1.key" || "$selfsame" key new --name "$1" --out "$demo/$1/$1.key"
  # shellcheck disable=SC2086
  "$selfsame" sign $projects --key "$demo/$1/$1.key"
  cd "$root"
}

checkout alice checkout
checkout bob some/other/place
build_and_sign alice checkout 1
build_and_sign bob some/other/place 2

say 'Anyone who has both claims can judge them, offline'
verdict=$demo/verdict
mkdir -p "$verdict"
cp -R "$root/examples/selfsame.yaml" "$root/examples/selfsame.lock" "$root/examples/projects" "$verdict/"
cp -R "$demo/alice/checkout/attestations" "$demo/bob/some/other/place/attestations" "$verdict/"
cat > "$verdict/policy.yaml" <<POLICY
threshold: 2
signers:
  alice: { key: "$(cat "$demo/alice/alice.pub")" }
  bob: { key: "$(cat "$demo/bob/bob.pub")" }
POLICY
cd "$verdict"
# shellcheck disable=SC2086
"$selfsame" verify $projects
