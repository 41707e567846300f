. "$TESTS/lib.sh"
need python3
# A program that fills the log does not hide what was not covered, nor the end.
printf '{"version":1,"epoch":%s,"logMax":20000,"log":"l"}' $EPOCH >c.json
printf '\177ELF\001\001\001\000\000\000\000\000\000\000\000\000\002\000\003\000' >p; chmod +x p
"$DETERMINIZER" --config c.json -- sh -c 'i=0; while [ $i -lt 500 ]; do : >f$i; i=$((i + 1)); done; ./p 2>/dev/null; exit 0'
grep -q '32-bit program refused' l
python3 - <<'Y'
import json
lines = [json.loads(line) for line in open('l', 'rb')]
assert lines[-1]['type'] == 'truncated' and lines[-1]['lines'] > 300, lines[-1]
assert lines[-2]['type'] == 'end' and lines[-2]['notCovered'] >= 3
Y
test "$(wc -c <l)" -lt 40000
