. "$TESTS/lib.sh"
need python3
virtual sh -ec 'echo a >out; date; ls /; mv out "o\"t"; python3 -c "import os; os.urandom(3)"; printf x >"$(printf "bad\377")"' >/dev/null
python3 - <<'X'
import json
lines = [json.loads(l) for l in open('log.jsonl', 'rb')]
kinds = {l['type'] for l in lines}
assert {'start', 'process', 'sources', 'write', 'rename-to', 'not-covered', 'end'} <= kinds, kinds
processes = {l['process']: l for l in lines if l['type'] == 'process'}
assert all(p['parent'] in processes or p['parent'] == 0 for p in processes.values())
assert len({p['identity'] for p in processes.values()}) == len(processes)
by = {processes[l['process']]['executable'].split('/')[-1]: l['consumed'] for l in lines if l['type'] == 'sources' and l['process']}
assert by['date']['clock'] >= 1 and by['ls']['directoryOrder'] >= 1, by
assert any(l['type'] == 'write' and l['path'] == 'out' and l['directory'] for l in lines)
assert any(l['type'] == 'rename-to' and l['path'] == 'o"t' for l in lines)
assert not any(l['type'] == 'not-covered' and l['what'] == 'threads' for l in lines)
assert lines[-1]['type'] == 'end' and lines[-1]['status'] == 0
X
# Files made by links are written, too; programs with threads are named, once each, and no others.
virtual sh -c 'echo >f; ln f hard; ln -s f soft; threads-stat; threads-stat; ls >/dev/null'
python3 - <<'X'
import json
lines = [json.loads(l) for l in open('log.jsonl', 'rb')]
written = [l['path'] for l in lines if l['type'] == 'write']
assert 'hard' in written and 'soft' in written, written
names = {l['process']: l['executable'].split('/')[-1] for l in lines if l['type'] == 'process'}
threads = [names[l['process']] for l in lines if l['type'] == 'not-covered' and l['what'] == 'threads']
assert threads == ['threads-stat'] * 2, threads
X
