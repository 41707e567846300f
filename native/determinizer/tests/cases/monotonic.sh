# The monotonic clock is virtual, too: every wait ends, and takes as long as it was asked to.
. "$TESTS/lib.sh"
printf '{"version":1,"epoch":%s,"log":"log.jsonl","monotonic":"virtual","stallSeconds":0}' $EPOCH >c.json
strict() { "$DETERMINIZER" --config c.json -- "$@"; }
sed 's/log.jsonl/second.jsonl/' c.json >second.json
"$DETERMINIZER" --config second.json -- monotonic >second &
strict monotonic >first
wait $!
# A timer that repeats may have done so twice when it is read on a busy machine.
for file in first second; do grep -v '^repeating' $file >$file.exact; done
cmp first.exact second.exact
sed -n 1p first | grep -q '^start 1000$'
test "$(grep -c ' 3 3$' first)" -ge 10 || { cat first; exit 1; }
cp first got
expect 1700000002 strict date +%s
strict sleep 0.2
strict sh -c 'sleep 0.1; timeout 0.2 sleep 5; test $? = 124'
if command -v python3 >/dev/null; then
	strict python3 -c '
import time, threading, select, queue, subprocess
m = time.monotonic(); time.sleep(0.3); assert 0.3 <= time.monotonic() - m < 0.5
threading.Event().wait(0.3); assert 0.6 <= time.monotonic() - m < 0.9
select.select([], [], [], 0.2)
try: queue.Queue().get(timeout=0.2)
except queue.Empty: pass
try: subprocess.run(["sleep", "5"], timeout=0.3); assert False
except subprocess.TimeoutExpired: pass
print("%.1f" % (time.monotonic() - m))' >got
	grep -q '^1\.[3-9]$' got
fi
if command -v node >/dev/null; then
	expect "true ok" strict node -e '
const start = process.hrtime.bigint();
setTimeout(() => { let n = 0; const i = setInterval(() => { if (++n === 3) { clearInterval(i); console.log(process.hrtime.bigint() - start > 250000000n, "ok") } }, 20) }, 200)'
fi
if command -v go >/dev/null; then
	cat >t.go <<'X'
package main
import ("fmt"; "time")
func main() { s := time.Now(); time.Sleep(200*time.Millisecond); <-time.After(100*time.Millisecond)
 t := time.NewTicker(20*time.Millisecond); <-t.C; <-t.C; fmt.Println(time.Since(s) > 330*time.Millisecond, time.Since(s) < 5*time.Second) }
X
	export GOCACHE=$PWD/cache GO111MODULE=off GOFLAGS= HOME=$PWD CGO_ENABLED=0
	go build -o t t.go
	expect "true true" strict ./t
fi
if command -v javac >/dev/null; then
	cat >T.java <<'X'
public class T { public static void main(String[] a) throws Exception { long n = System.nanoTime(); Thread.sleep(200);
 synchronized (T.class) { T.class.wait(100); }
 var s = java.util.concurrent.Executors.newScheduledThreadPool(1); s.schedule(() -> {}, 100, java.util.concurrent.TimeUnit.MILLISECONDS).get(); s.shutdown();
 System.out.println(System.nanoTime() - n > 390000000L); } }
X
	javac T.java
	expect true strict java -XX:-UsePerfData T
fi
refuses() { printf '%s' "$1" >r.json; status=0; "$DETERMINIZER" --config r.json -- true 2>err || status=$?; test $status = 125; grep -q "$2" err; }
refuses '{"version":1,"epoch":1,"monotonic":"other"}' 'monotonic must be real or virtual'
refuses '{"version":1,"epoch":1,"monotonic":"virtual","sources":{"clock":"real"}}' 'only while the clock is not real'
refuses '{"version":1,"epoch":1,"monotonic":"virtual","without":"vdso"}' 'cannot be virtual on this machine'
