#!/bin/sh
# Runs the tests of the determinizer: run.sh PROGRAM [TEST…], JOBS at a time (two for each processor, as many wait more than they
# work). A test is a script cases/NAME.sh, run in an empty directory; it prints `skip: REASON` and exits 77 where the machine
# lacks what it needs. One whose first line is `# alone` runs when no other does. TEST_SECONDS (300) is what one may take,
# TEST_TRACE=1 shows its commands.
here=$(cd "$(dirname "$0")" && pwd)
if [ "$1" = --one ]; then
	name=$2
	mkdir "$SCRATCH/$name"
	started=$(date +%s)
	(cd "$SCRATCH/$name" && timeout -k 5 "${TEST_SECONDS:-300}" sh -eu${TEST_TRACE:+x} "$here/cases/$name.sh" >../"$name.out" 2>&1 </dev/null)
	status=$?
	case $status in
	0)
		seconds=$(($(date +%s) - started))
		if [ $seconds -gt 5 ]; then echo "ok      $name ($seconds s)"; else echo "ok      $name"; fi
		;;
	77) echo "skipped $name: $(sed -n 's/^skip: //p' "$SCRATCH/$name.out" | tail -1)" ;;
	*)
		echo "FAILED  $name (status $status)"
		tail -n 30 "$SCRATCH/$name.out" | sed 's/^/        /'
		;;
	esac >"$SCRATCH/$name.result"
	cat "$SCRATCH/$name.result"
	exit 0
fi
DETERMINIZER=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
SCRATCH=$(mktemp -d /tmp/determinizer-test-XXXXXX) || exit 1
trap 'chmod -R u+rwx "$SCRATCH" 2>/dev/null; rm -rf "$SCRATCH"' EXIT
chmod 755 "$SCRATCH"
mkdir "$SCRATCH/bin"
cc -static -D_GNU_SOURCE -o "$SCRATCH/bin/wall-clock-static" "$here/programs/wall-clock.c" 2>/dev/null
compile='${CC:-cc} -O1 -pthread -D_GNU_SOURCE -Wall -Wextra -Werror -o "$SCRATCH/bin/$(basename "$1" .c)" "$1"'
JOBS=${JOBS:-$((2 * $(nproc)))}
export SCRATCH
printf "%s\0" "$here"/programs/*.c | xargs -0 -P "$JOBS" -n 1 sh -c "$compile" compile || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS SOURCE_DATE_EPOCH
export DETERMINIZER PATH="$SCRATCH/bin:$PATH" TESTS="$here" PROGRAMS="$SCRATCH/bin"
if [ $# = 0 ]; then set -- $(cd "$here/cases" && ls ./*.sh | sed 's/^..//;s/\.sh$//'); fi
together= alone=
for name; do
	case $(head -n 1 "$here/cases/$name.sh") in
	'# alone'*) alone="$alone $name" ;;
	*) together="$together $name" ;;
	esac
done
echo $together | tr ' ' '\n' | grep . | xargs -r -P "$JOBS" -n 1 "$here/run.sh" --one
for name in $alone; do "$0" --one "$name"; done
count() { cat "$SCRATCH"/*.result | grep -c "^$1"; }
echo "$(count 'ok ') passed, $(count FAILED) failed, $(count skipped) skipped"
[ "$(cat "$SCRATCH"/*.result | wc -l)" != 0 ] && ! cat "$SCRATCH"/*.result | grep -q '^FAILED' && [ "$(ls "$SCRATCH"/*.result | wc -l)" = $# ]
