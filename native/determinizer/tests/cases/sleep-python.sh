. "$TESTS/lib.sh"
need python3
expect "1 1 ok" virtual python3 -c '
import time, threading
t = time.time(); time.sleep(0.3); d = time.time() - t
m = time.monotonic(); time.sleep(0.3); e = time.monotonic() - m
ev = threading.Event(); ev.wait(0.3)
c = threading.Condition()
with c: c.wait(0.2)
while time.time() < t + 3: pass
m = time.monotonic()
while time.monotonic() < m + 0.1: pass
p = time.perf_counter()
while time.perf_counter() < p + 0.1: pass
c = time.process_time()
while time.process_time() < c + 0.1: pass
print(int(0.29 < d < 0.5), int(0.29 < e < 60), "ok")'
