. "$TESTS/lib.sh"
need rsync
mkdir from; echo 1 >from/a; touch -d @1400000000 from/a
virtual sh -ec 'echo 2 >from/b; rsync -a -i from/ to/; echo again; sleep 0.05; rsync -a -i from/ to/; echo changed; sleep 0.05; echo 33 >from/b; rsync -a -i from/ to/' >got
sed -n '/^again/,/^changed/p' got >between; printf 'again\nchanged\n' | diff - between
sed '1,/^changed/d' got | grep -q 'b$'
test "$(cat to/b)" = 33
