#!/bin/sh
# Every example built twice from nothing by builders who share no store: other path, other user where
# the machine has one, other job limit. Passes when every artifact of both is the same.
#
# The second user is SELFSAME_SECOND_USER; with CI=true and as root one is made and removed again.
# Without one, the second builder is the same user, and the last line says so.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
selfsame=$root/node_modules/.bin/selfsame
# Not below /tmp: some machines keep that in memory, and environments are large.
area=$(mktemp -d "${SELFSAME_CONFORMANCE_DIR:-/var/tmp}/selfsame-examples-XXXXXX")
chmod 755 "$area"
second=${SELFSAME_SECOND_USER:-}
made=

finish() {
  status=$?
  # Files of a sandbox belong to mapped users: only selfsame, or the one who made them, can remove them.
  for builder in first second; do
    [ -d "$area/$builder/store" ] || continue
    as_"$builder" env SELFSAME_STORE="$area/$builder/store" "$selfsame" store gc --all >/dev/null 2>&1 || true
  done
  rm -rf "$area" || echo "could not remove $area" >&2
  [ -z "$made" ] || userdel -r "$made" 2>/dev/null || true
  exit "$status"
}
trap finish EXIT INT TERM

if [ -z "$second" ] && [ "$(id -u)" -eq 0 ] && [ "${CI:-}" = true ]; then
  second=selfsame-second
  if ! id "$second" >/dev/null 2>&1; then
    useradd --create-home "$second"
    made=$second
  fi
fi

as_first() { "$@"; }
as_second() {
  if [ -n "$second" ] && [ "$second" != "$(id -un)" ]; then
    setpriv --reuid="$second" --regid="$(id -g "$second")" --init-groups env HOME="$area/second/home" "$@"
  else
    "$@"
  fi
}

# builder NAME PATH JOBS
builder() {
  mkdir -p "$area/$1/$2" "$area/$1/home"
  cp -R "$root/examples/selfsame.yaml" "$root/examples/selfsame.lock" "$root/examples/projects" "$area/$1/$2/"
  [ "$1" = first ] || [ -z "$second" ] || chown -R "$second:" "$area/$1"
  (cd "$area/$1/$2" && as_"$1" env -u XDG_CONFIG_HOME -u XDG_CACHE_HOME SELFSAME_STORE="$area/$1/store" \
    "$selfsame" build --jobs "$3" --out "$area/$1/out")
}

builder first a 1
builder second 'quite/another place' 2

hashes() { (cd "$area/$1/out" && find . -type f ! -name SHA256SUMS ! -name provenance.intoto.json -print0 | sort -z | xargs -0 sha256sum); }
hashes first >"$area/first.txt"
hashes second >"$area/second.txt"
cat "$area/first.txt"
if ! cmp -s "$area/first.txt" "$area/second.txt"; then
  echo 'The two builders got different artifacts:'
  diff "$area/first.txt" "$area/second.txt" || true
  exit 1
fi
test -s "$area/first.txt"
echo "$(wc -l <"$area/first.txt") artifacts, the same for both builders (second user: ${second:-none, same user twice})"
