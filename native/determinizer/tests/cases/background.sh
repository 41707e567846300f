# Equal commands that run at once in a shell's background are told apart by their place in its text, however they are delayed.
. "$TESTS/lib.sh"
cat >script <<'X2'
read=$(od -An -tx1 -N8 /dev/urandom)
echo $read >z
(date +%N; od -An -tx1 -N8 /dev/urandom) >a & (date +%N; od -An -tx1 -N8 /dev/urandom) >b &
(echo "$(od -An -tx1 -N8 /dev/urandom)"; random-bytes) >c & (echo "$(od -An -tx1 -N8 /dev/urandom)"; random-bytes) >d &
random-bytes >e & random-bytes >f & random-bytes >g &
{ random-bytes; random-bytes; } | cat >h & { random-bytes; random-bytes; } | cat >i &
wait
# How often it had to look does not change what comes later.
(sleep 0.00$((RANDOM_DELAY % 7 + 1)); echo >done) &
while ! test -e done; do x=$(echo y | cat); done
rm done
(random-bytes; random-bytes) >j & (random-bytes; random-bytes) >k & random-bytes >l & wait
random-bytes >m
X2
shells=sh
for other in bash "busybox sh"; do ! command -v ${other%% *} >/dev/null || shells="$shells,$other"; done
IFS=,
for shell in $shells; do
	unset IFS
	for run in 1 2 3 4 5 6 7 8 9 10 11 12; do
		rm -f ?
		OPTIONS="--source delays=vary:$run" RANDOM_DELAY=$run virtual $shell ./script
		for file in ?; do echo $file $(cat $file); done >got
		test "$(wc -l <got)" = 14
		[ $run = 1 ] && mv got first
		[ $run = 1 ] || cmp first got
		! grep background-order log.jsonl
	done
	# No two have the same.
	test "$(cut -c 3- first | tr ' ' '\n' | tr -d '\n' | wc -c)" -gt 300
	test "$(grep -v '^[ab]' first | cut -c 3- | sort | uniq -d | wc -l)" = 0
done
# A clock that every command of the background reads anew still moves on.
virtual sh -c 'start=$(date +%s); (while [ $(date +%s | cat) -lt $((start + 3)) ]; do :; done) & wait'
# Who runs what is not part of it where a program, and not a shell, hands out the work.
need python3
cat >pool.py <<'X2'
import multiprocessing, subprocess, sys
def work(n): return subprocess.check_output(['random-bytes', str(n)])
with multiprocessing.get_context('fork').Pool(3) as pool:
    print(pool.map(work, range(12), 1))
X2
for run in 1 2 3; do
	OPTIONS="--source delays=vary:$run" virtual python3 pool.py >got
	[ $run = 1 ] && mv got first
	[ $run = 1 ] || cmp first got
done
