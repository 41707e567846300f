#!/bin/sh
# Runs every conformance suite: conformance/<name>/run.sh or conformance/<name>.sh, each by itself and
# bounded. A suite exits 0 (passed), 77 (cannot run here, it says why) or anything else (failed).
# Usage: tools/conformance.sh [name...]
set -u

cd "$(dirname "$0")/.." || exit 5
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
limit=${SELFSAME_CONFORMANCE_TIME:-15m}
passed=0 failed=0 skipped=0 known=' '

# What ends us ends the suite that is running: a suite cleans up after itself when it is told to stop. `$!` is known from
# its very start; nothing that is assigned afterwards would be.
ended=
stop() {
  [ "${!:-}" = "$ended" ] || { kill "$!" 2>/dev/null && wait "$!"; }
  exit 143
}
trap stop INT TERM HUP

for suite in conformance/*.sh conformance/*/run.sh; do
  [ -f "$suite" ] || continue
  name=$(basename "${suite%/run.sh}" .sh)
  known="$known$name "
  if [ "$#" -gt 0 ]; then
    case " $* " in *" $name "*) ;; *) continue ;; esac
  fi
  printf '== conformance: %s\n' "$name"
  timeout --kill-after=30 "$limit" "$suite" </dev/null &
  wait "$!"
  status=$?
  ended=$!
  case $status in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    124 | 137) failed=$((failed + 1)) && printf '== conformance: %s FAILED: it did not end in %s\n' "$name" "$limit" ;;
    *) failed=$((failed + 1)) && printf '== conformance: %s FAILED (exit code %d)\n' "$name" "$status" ;;
  esac
done
for name in "$@"; do
  case $known in
    *" $name "*) ;;
    *) failed=$((failed + 1)) && printf '== conformance: there is no suite %s; there are:%s\n' "$name" "$known" ;;
  esac
done
printf 'conformance: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
