. "$TESTS/lib.sh"
printf 'echo plain script $1\n' >plain; chmod +x plain
printf '#!/bin/sh\necho with $1\n' >with; chmod +x with
printf '#!/no/such/interpreter\n' >bad; chmod +x bad
expect "plain script 1" virtual sh -ec './plain 1'
expect "with 1" virtual sh -ec './with 1'
virtual sh -c './bad; test $? -ge 126; ./missing; test $? = 127; ./with/x; test $? -ge 126; : >empty; chmod +x empty; ./empty; echo $?; : >noexec; ./noexec; test $? = 126' 2>/dev/null
virtual env PATH=/a:/b:/c:$PATH true
status=0; virtual false || status=$?; test $status = 1
status=0; virtual sh -ec 'kill -9 $$' || status=$?; test $status = 137
status=0; virtual /no/such 2>/dev/null || status=$?; test $status = 127
status=0; virtual ./noexec 2>/dev/null || status=$?; test $status = 126
# Very many arguments, and too many.
virtual sh -ec 'seq 60000 | xargs -s 1500000 /bin/echo | wc -c' >got
seq 60000 | xargs echo | wc -c | diff - got
# Interpreters of interpreters, each with an argument, and a first line as long as the kernel takes.
printf '#!%s/with one\n' "$PWD" >second; chmod +x second
printf '#!%s/second two\n' "$PWD" >third; chmod +x third
for i in second third; do expect "$(./$i 5)" virtual ./$i 5; done
deep=$PWD/$(printf 'd%.0s' $(seq 100)); mkdir -p "$deep"; cp with "$deep/i"
printf '#!%s/i\n' "$deep" >long; chmod +x long
if ./long 1 >native 2>/dev/null; then expect "with ./long" virtual ./long 1; fi
printf '#!/bin/sh %s\n' "$(printf 'x%.0s' $(seq 5000))" >toolong; chmod +x toolong
native=0; ./toolong >/dev/null 2>&1 || native=$?
status=0; virtual sh -ec './toolong' >/dev/null 2>&1 || status=$?
test $status = $native
# One that interprets itself ends with the kernel's error.
printf '#!%s/self\n' "$PWD" >self; chmod +x self
status=0; virtual sh -ec './self' 2>/dev/null || status=$?; test $status -ge 126
# Each error as the kernel gives it.
virtual exec-errors >virtual
exec-errors | diff - virtual
# The clock is virtual in whatever comes of it.
printf '#!/usr/bin/env -S sh -c "date +%%s"\n' >dated; chmod +x dated
expect 1700000002 virtual ./dated
