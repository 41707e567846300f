. "$TESTS/lib.sh"
# One script for each cause for which builds differ. The first line names the source in the log, and says whether it
# differs natively when built twice a moment apart, and whether it differs when nothing but that source is varied.
need python3
names=$(cd "$TESTS/causes" && ls ./*.sh | sed 's/^..//;s/\.sh$//')
says() { sed -n 1p "$TESTS/causes/$name.sh" | cut -d' ' -f2- | tr ' ' '\n' | grep -qx "$1"; }
native() { for name in $names; do sh "$TESTS/causes/$name.sh" >"native-$name.$1" 2>&1; done; }
touch -d @1500000000 input; export INPUT=$PWD/input
mkdir work; cd work
native 1 &
# Which log must name which source.
cat >consumed.py <<'Y'
import json, sys
def check(log, named):
    lines = [json.loads(line) for line in open(log, 'rb')]
    assert lines[-1]['type'] == 'end' and lines[-1]['status'] == 0, (log, lines[-1])
    start = next(line for line in lines if line['type'] == 'start')['sources']
    if named == '-':
        assert any(line['type'] == 'not-covered' and line['what'].startswith('order in which') for line in lines), log
        return
    assert named in start, (log, named)
    counts = {}
    for line in lines:
        if line['type'] == 'sources':
            for source, count in line['consumed'].items():
                counts[source] = counts.get(source, 0) + count
    # What no call asks for cannot be counted.
    if named not in ('addressSpace', 'environmentSize', 'pids'):
        assert counts.get(named, 0) > 0, (log, named, counts)
    if named == 'pids' and start['pids'] != 'fixed':
        assert counts['pids'] > 0, (log, counts)
checked = 0
for line in sys.stdin:
    check(*line.split())
    checked += 1
print(checked)
Y
mkdir ../virtual; cd ../virtual
for name in $names; do
	source=$(sed -n '1s/^# //p' "$TESTS/causes/$name.sh" | cut -d' ' -f1)
	# Both in the same place: the path is no source.
	for i in 1 2; do
		mkdir ../here; cd ../here
		virtual sh -e "$TESTS/causes/$name.sh" >"../virtual/$name.$i" 2>&1 || { cat "../virtual/$name.$i"; exit 1; }
		mv log.jsonl "../virtual/$name.log"; cd ../virtual; rm -rf ../here
	done
	if [ "$source" != - ]; then cmp "$name.1" "$name.2" || { echo "$name differs"; diff "$name.1" "$name.2"; exit 1; }; fi
	echo "$name.log $source" >>to-check
	if says varies; then
		mkdir ../here; cd ../here
		OPTIONS="--source $source=vary:2"
		virtual sh -e "$TESTS/causes/$name.sh" >"../virtual/$name.varied" 2>&1
		OPTIONS=
		mv log.jsonl "../virtual/$name.varied.log"; cd ../virtual; rm -rf ../here
		not cmp -s "$name.1" "$name.varied"
		echo "$name.varied.log $source" >>to-check
	fi
done
test "$(python3 ../work/consumed.py <to-check)" = "$(wc -l <to-check)"
wait
cd ../work
native 2
for name in $names; do
	if says differs; then not cmp -s "native-$name.1" "native-$name.2"; fi
done
