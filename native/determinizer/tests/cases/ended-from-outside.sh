. "$TESTS/lib.sh"
# Whatever ends the supervisor ends all that it has started. A marker among the arguments tells them from others.
marker="marker$$x$(basename "$PWD")"
running() { grep -l "[m]${marker#m}" /proc/[0-9]*/cmdline 2>/dev/null || :; }
for signal in TERM HUP KILL; do
	rm -f up
	"$DETERMINIZER" --epoch $EPOCH -- sh -c "(setsid sh -c 'while :; do sleep 0.05; date >/dev/null; done' $marker) & : >up; exec sleep 100.$$" "$marker" &
	supervisor=$!
	i=0; while [ ! -e up ] && [ $i -lt 5000 ]; do sleep 0.02; i=$((i + 1)); done
	test -n "$(running)"
	kill -$signal $supervisor
	wait $supervisor || :
	i=0; while [ -n "$(running)" ] && [ $i -lt 5000 ]; do sleep 0.02; i=$((i + 1)); done
	test -z "$(running)"
done
