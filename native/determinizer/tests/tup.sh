#!/bin/sh
# tup.sh CHECKOUT [PROGRAM]: builds each case of theunreproduciblepackage (github.com/bmwiedemann/theunreproduciblepackage) twice, 1.1
# seconds apart, natively and under the determinizer, and prints which differ and what the log of the second way counts.
# Needs make, gcc, perl, python3, ruby and uuidgen. Not part of the tests: the checkout is yours to fetch.
set -eu
checkout=$(cd "$1" && pwd)
determinizer=${2:-$(cd "$(dirname "$0")/../../build" && pwd)/selfsame-determinizer}
scratch=$(mktemp -d /tmp/tup-XXXXXX)
trap 'rm -rf "$scratch"' EXIT
unset OLDPWD MAKEFLAGS MAKELEVEL
export TZ=UTC LC_ALL=C.UTF-8
build() { # natively | virtually, 1 | 2
	rm -rf "$scratch/tup"
	cp -a "$checkout" "$scratch/tup"
	cd "$scratch/tup/$case"
	unset OLDPWD
	if [ "$1" = natively ]; then
		make all >"$scratch/output" 2>&1 || :
	else
		"$determinizer" --epoch 1700000000 --log "$scratch/log" -- make all >"$scratch/output" 2>&1 || :
	fi
	cd "$scratch/tup"
	find out . -maxdepth 2 -type f \( -path './out/*' -o -name pgo \) | LC_ALL=C sort | xargs sha256sum >"$scratch/$1.$2"
	sleep 1.1
}
for case in aslr compile-time-check/benchmark compile-time-check/cpu-detection environment environment/timezone filesystem hash \
	locale/case locale/sort locale/wild pgo pid race random readdir timestamp timestamp/copyright; do
	for way in natively virtually; do
		build $way 1
		build $way 2
		if cmp -s "$scratch/$way.1" "$scratch/$way.2"; then eval $way=equal; else eval $way=differs; fi
	done
	printf '%-32s %-8s %-8s ' "$case" "$natively" "$virtually"
	python3 - "$scratch/log" <<'Y'
import json, sys
sums = {}
for line in open(sys.argv[1], 'rb'):
    entry = json.loads(line)
    if entry['type'] == 'sources':
        for source, count in entry['consumed'].items():
            sums[source] = sums.get(source, 0) + count
print(' '.join(f'{source}={count}' for source, count in sorted(sums.items())))
Y
done
