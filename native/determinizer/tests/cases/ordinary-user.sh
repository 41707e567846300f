. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || { echo 'skip: run by an ordinary user already'; exit 77; }
id tester >/dev/null 2>&1 || { echo 'skip: no user tester'; exit 77; }
cp "$DETERMINIZER" "$PROGRAMS/hostile" .; chmod 777 .
runuser -u tester -- env TZ=UTC ./selfsame-determinizer --epoch 1700000000 --log l -- sh -c 'date +%s; id -un; echo >w; stat -c %Y w; nproc; mkdir c; echo >c/f; chmod 0 c; test -e c/f || echo closed' >got
printf '1700000002\ntester\n1700000001\n1\nclosed\n' | diff - got
