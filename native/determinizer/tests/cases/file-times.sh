. "$TESTS/lib.sh"
touch -d @1600000000 old
virtual sh -ec 'echo a >a; echo b >b; cp -p a c; cp -p old d; touch e; mkdir f; ln -s a g
  stat -c "%n %Y" old a b c d e f g' >got
cat >expected <<'X'
old 1600000000
a 1700000001
b 1700000001
c 1700000001
d 1600000000
e 1700000001
f 1700000000
g 1700000001
X
diff expected got
# Times a program sets come back as they were set.
same_twice 'for t in 1 1234567890 1700000000 1700000001 1710000000 1760000000 4000000000; do touch -d @$t x; stat -c %Y x; done'
printf '%s\n' 1 1234567890 1700000000 1700000001 1710000000 1760000000 4000000000 | diff - first
# "Now" as the program computes it is now; later files stay newer.
virtual sh -ec 'touch -d @$(date +%s) n; stat -c %Y n; sleep 0.05; echo >later; test later -nt n; sleep 0.05; touch -d @1700000100 n2; test n2 -nt later; stat -c %Y n2' >got
printf '1700000001\n1700000001\n' | diff - got
# A copied time is the same time, to the nanosecond.
virtual sh -ec 'echo >p; cp -p p q; test "$(stat -c %y p)" = "$(stat -c %y q)"'
# Inputs newer than the epoch are shown at the epoch.
touch -d @1750000000 new
expect 1700000000 virtual stat -c %Y new
# Varied: all inputs are older, in the same order, those from after the epoch as well; times that are set still come back.
OPTIONS='--source fileTimes=vary:1'
touch -d @1690000000 newer
virtual sh -ec 'test old -ot newer; test newer -ot new; stat -c %Y old newer new; cp -p old copy; cp -p new copy2
  test "$(stat -c %y old new)" = "$(stat -c %y copy copy2)"' >got
virtual stat -c %Y old newer new | diff - got
shift_old=$((1600000000 - $(sed -n 1p got))) shift_new=$((1700000000 - $(sed -n 3p got)))
test $shift_old -gt 0
expect $shift_old echo $shift_new
OPTIONS='--source fileTimes=vary:2' virtual stat -c %Y old newer new >second
not cmp -s got second
same_twice 'for t in 1 1234567890 1699999999 1700000000 1700000001 1710000000 4000000000; do touch -d @$t y; stat -c %Y y; done'
printf '%s\n' 1 1234567890 1699999999 1700000000 1700000001 1710000000 4000000000 | diff - first
