. "$TESTS/lib.sh"
printf 'echo plain script $1\n' >plain; chmod +x plain
printf '#!/bin/sh\necho with $1\n' >with; chmod +x with
printf '#!/no/such/interpreter\n' >bad; chmod +x bad
expect "plain script 1" virtual sh -c './plain 1'
expect "with 1" virtual sh -c './with 1'
virtual sh -c './bad; test $? -ge 126; ./missing; test $? = 127; ./with/x; test $? -ge 126; : >empty; chmod +x empty; ./empty; echo $?; : >noexec; ./noexec; test $? = 126' 2>/dev/null
virtual env PATH=/a:/b:/c:$PATH true
status=0; virtual false || status=$?; test $status = 1
status=0; virtual sh -c 'kill -9 $$' || status=$?; test $status = 137
status=0; virtual /no/such 2>/dev/null || status=$?; test $status = 127
# Very many arguments.
virtual sh -c 'seq 60000 | xargs -s 1500000 /bin/echo | wc -c' >got
seq 60000 | xargs echo | wc -c | diff - got
