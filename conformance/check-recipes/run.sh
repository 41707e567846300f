#!/bin/sh
# `selfsame check` of recipes in a really locked environment, and of a command in one (README.md). About 1 minute, most
# of it for the environment; SELFSAME_STORE names a store that has it already.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/conformance/check-recipes
selfsame=$root/node_modules/.bin/selfsame
if ! "$selfsame" doctor --quiet >/dev/null 2>&1; then
	echo "skipped: this machine lacks something, see selfsame doctor"
	exit 77
fi
# Not below /tmp: some machines keep that in memory, and environments are large.
area=$(mktemp -d "${SELFSAME_CONFORMANCE_DIR:-/var/tmp}/selfsame-check-recipes-XXXXXX")
own=
if [ -z "${SELFSAME_STORE:-}" ]; then
	SELFSAME_STORE=$area/store
	own=yes
fi
export SELFSAME_STORE

finish() {
	status=$?
	[ -z "$own" ] || "$selfsame" store gc --all >/dev/null 2>&1 || true
	rm -rf "$area" || echo "could not remove $area" >&2
	exit "$status"
}
trap finish EXIT INT TERM

mkdir "$area/workspace"
cp "$root/examples/selfsame.lock" "$root/examples/selfsame.yaml" "$area/workspace/"
cp -R "$here/projects" "$area/workspace/projects"
# The same recipe at the other level, for what is claimed of it.
mkdir "$area/workspace/projects/careless-virtual"
sed 's/^name: careless/&-virtual/; s/^version:/determinism: virtual\n&/' "$here/projects/careless/recipe.yaml" \
	>"$area/workspace/projects/careless-virtual/recipe.yaml"
cd "$area/workspace"

# check EXIT-CODE NAME ARGUMENTS...: the report is $area/NAME.json
check() {
	wanted=$1 name=$2
	shift 2
	status=0
	"$selfsame" --json check "$@" >"$area/$name.log" 2>"$area/$name.err" || status=$?
	tail -n 1 "$area/$name.log" >"$area/$name.json"
	if [ "$status" -ne "$wanted" ]; then
		echo "check $*: ended with $status, not $wanted"
		tail -n 5 "$area/$name.json" "$area/$name.err"
		exit 1
	fi
}

check 0 steady steady
check 1 careless careless
check 1 careless-virtual careless-virtual
check 1 user user
check 4 slow --time-limit 2 slow
check 1 command --in toolchain -- sh -c 'date +%s >date; echo constant >constant; getent group "$(id -g)" >group; hostname -f >full'

# What the reports say of levels, by building at both, and again at another time and with other settings of ours. At
# level virtual nothing may differ.
"$selfsame" build --quiet --out "$area/out" careless careless-virtual >/dev/null
built=$(date +%s)
again() { TZ=Asia/Kolkata LC_ALL=C taskset -c 0 "$selfsame" --json build --out "$area/out" --rebuild "$1" >"$area/$1-again.log"; }
again careless-virtual || { echo "careless-virtual differs when it is built again" && exit 1; }
# It writes down the second: another one, however quick this machine is.
while [ "$(date +%s)" = "$built" ]; do sleep 0.1; done
again careless || true
node "$root/tools/run-ts.js" "$here/judge.ts" "$area"
