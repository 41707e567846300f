. "$TESTS/lib.sh"
need javac
# Their performance data lie in /tmp, by process number, which others have, too.
cat >T.java <<'X'
public class T { public static void main(String[] a) throws Exception {
 long t = System.currentTimeMillis(), n = System.nanoTime(); Thread.sleep(200);
 synchronized (T.class) { T.class.wait(100); }
 var s = java.util.concurrent.Executors.newScheduledThreadPool(1);
 s.schedule(() -> {}, 100, java.util.concurrent.TimeUnit.MILLISECONDS).get(); s.shutdown();
 long b = System.currentTimeMillis(); while (System.currentTimeMillis() < b + 2000);
 long m = System.nanoTime(); while (System.nanoTime() < m + 100000000L);
 System.out.println((System.nanoTime() - n > 400000000L) + " " + t / 100000 + " " + new java.util.Random(5).nextInt() + " " + Runtime.getRuntime().availableProcessors());
} }
X
virtual javac T.java
expect "true 17000000 -1157408321 1" virtual java -XX:-UsePerfData T
virtual sh -ec 'jar cf a.jar T.class; sha256sum a.jar' >first
sleep 1.1
virtual sh -ec 'jar cf a.jar T.class; sha256sum a.jar' >second
cmp first second
