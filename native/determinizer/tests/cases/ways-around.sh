. "$TESTS/lib.sh"
# What would show the real clock or set it, or hide from the supervisor.
virtual odd-calls clocks
virtual odd-calls deadline
same_twice 'odd-calls counter'
grep -q 'time stamp counter is read was ignored' log.jsonl
expect 1700000002 virtual odd-calls not-dumpable
