#!/bin/sh
# Runs the tests of the determinizer: run.sh PROGRAM [TEST…]. A test is a script cases/NAME.sh, run in an
# empty directory; it prints `skip: REASON` and exits 77 where the machine lacks what it needs.
here=$(cd "$(dirname "$0")" && pwd)
DETERMINIZER=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
scratch=$(mktemp -d /tmp/determinizer-test-XXXXXX) || exit 1
trap 'chmod -R u+rwx "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
mkdir "$scratch/bin"
cc -static -D_GNU_SOURCE -o "$scratch/bin/wall-clock-static" "$here/programs/wall-clock.c" 2>/dev/null
for source in "$here"/programs/*.c; do
	name=$(basename "$source" .c)
	${CC:-cc} -O1 -pthread -D_GNU_SOURCE -Wall -Wextra -Werror -o "$scratch/bin/$name" "$source" || exit 1
done
unset MAKEFLAGS MAKELEVEL MFLAGS SOURCE_DATE_EPOCH
export DETERMINIZER PATH="$scratch/bin:$PATH" TESTS="$here" PROGRAMS="$scratch/bin"
passed=0 failed=0 skipped=0
if [ $# = 0 ]; then set -- $(cd "$here/cases" && ls ./*.sh | sed 's/^..//;s/\.sh$//'); fi
for name; do
	mkdir "$scratch/$name"
	(cd "$scratch/$name" && timeout -k 5 "${TEST_SECONDS:-120}" sh -eu${TEST_TRACE:+x} "$here/cases/$name.sh" >../"$name.out" 2>&1 </dev/null)
	status=$?
	if [ $status = 0 ]; then
		passed=$((passed + 1))
		echo "ok      $name"
	elif [ $status = 77 ]; then
		skipped=$((skipped + 1))
		echo "skipped $name: $(grep '^skip: ' "$scratch/$name.out" | tail -1)"
	else
		failed=$((failed + 1))
		echo "FAILED  $name (status $status)"
		tail -n 30 "$scratch/$name.out" | sed 's/^/        /'
	fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
