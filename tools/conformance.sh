#!/bin/sh
# Runs every conformance suite: conformance/<name>/run.sh or conformance/<name>.sh, each by itself and
# bounded. A suite exits 0 (passed), 77 (cannot run here, it says why) or anything else (failed).
# Usage: tools/conformance.sh [name...]
set -u

cd "$(dirname "$0")/.." || exit 5
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
passed=0 failed=0 skipped=0
for suite in conformance/*.sh conformance/*/run.sh; do
  [ -x "$suite" ] || continue
  name=$(basename "${suite%/run.sh}" .sh)
  if [ "$#" -gt 0 ]; then
    case " $* " in *" $name "*) ;; *) continue ;; esac
  fi
  printf '== conformance: %s\n' "$name"
  timeout --kill-after=30 "${SELFSAME_CONFORMANCE_TIME:-15m}" "$suite" </dev/null
  case $? in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) && printf '== conformance: %s FAILED\n' "$name" ;;
  esac
done
printf 'conformance: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
