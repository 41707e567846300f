. "$TESTS/lib.sh"
# The head of a 32-bit program is enough to be refused.
printf '\177ELF\001\001\001\000\000\000\000\000\000\000\000\000\002\000\003\000' >p; chmod +x p
status=0; virtual sh -ec 'exec ./p' 2>/dev/null || status=$?
test $status != 0
grep -q '32-bit program refused' log.jsonl
status=0; virtual int80 || status=$?
test $status = 0
grep -q '32-bit system call refused' log.jsonl
