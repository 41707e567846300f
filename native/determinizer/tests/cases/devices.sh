# /dev/urandom and its relatives: endless, and another stream for every opening.
. "$TESTS/lib.sh"
alike() {
	virtual "$@" >first
	virtual "$@" >second
	test -s first
	cmp first second
}
configured() { printf '{"version":1,"epoch":%s,"log":"log.jsonl"%s}' $EPOCH "$1" >c.json; shift; "$DETERMINIZER" --config c.json -- "$@"; }
virtual true
if ! grep -q random-devices-not-served log.jsonl; then
	alike sh -c 'for i in 1 2 3; do od -An -tx1 -N16 /dev/urandom; od -An -tx1 -N16 /dev/random; cat /proc/sys/kernel/random/uuid; done'
	test "$(sort first | uniq -d | wc -l)" = 0
	grep -qE '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' first
	# Larger than any file of ours could be, in one piece and in many; the pieces are of one stream.
	alike sh -c 'head -c 40000000 /dev/urandom | sha256sum; dd if=/dev/urandom bs=4M count=9 2>/dev/null | wc -c; head -c 1 /dev/random | wc -c'
	grep -q '^37748736$' first
	virtual random-device one >one
	PIECES=1 virtual random-device one >pieces
	cmp one pieces
	# Each fork has its own; openings of one process follow each other; nobody depends on what others read.
	alike random-device forks
	test "$(sort first | uniq -d | wc -l)" = 0
	echo 'random-device one a >o1; random-device one b >o2' >script; virtual sh ./script
	echo 'random-device one b >p2; random-device one a >p1' >script; virtual sh ./script
	cmp o1 p1; cmp o2 p2
	! cmp -s o1 o2
	OPTIONS='--source randomness=vary:1'
	virtual sh ./script
	! cmp -s o1 p1
	OPTIONS=
	# They are devices, as far as a program can tell, and what is written to them goes nowhere.
	virtual sh -c 'test -c /dev/urandom; stat -c "%F %t %T %a %Y" /dev/urandom /dev/random; echo x >/dev/urandom; echo x >>/dev/random; test -f /proc/sys/kernel/random/uuid' >got
	printf 'character special file 1 9 666 1700000000\ncharacter special file 1 8 666 1700000000\n' | diff - got
	virtual random-device misuse
	virtual random-device many
	# In a sandbox's mount namespace, by its root, with the device opened beforehand; nothing stays behind.
	if unshare -Urm true 2>/dev/null; then
		printf '{"version":1,"epoch":%s,"namespaces":false,"masks":"devices","log":"log.jsonl","fuse":9}' $EPOCH >c.json
		echo 'exec 9<>/dev/fuse; "$DETERMINIZER" --config c.json -- sh -c "head -c 20000000 /dev/urandom | wc -c; cat /proc/sys/kernel/random/uuid; test ! -e /proc/self/fd/9; ls /tmp >/dev/null"; grep -c urandom /proc/self/mounts || :' >script
		unshare -Urm sh -e ./script >got
		sed -n 1p got | grep -q '^20000000$'
		! grep -q random-devices log.jsonl
		test "$(sed -n 3p got)" = 0
	fi
fi
# Without FUSE: the same bytes and the same looks, by descriptors that openings are answered with.
cat >script <<'X'
head -c 16 /dev/urandom | od -An -tx1
dd if=/dev/urandom bs=1M count=3 2>counts | sha256sum; head -n 2 counts
head -c 3000000 /dev/random | sha256sum
cat /proc/sys/kernel/random/uuid; cat /proc/sys/kernel/random/uuid
read id </proc/sys/kernel/random/uuid; echo $id
head -c 4 /dev/stdin </dev/urandom | od -An -tx1; head -c 4 /dev/fd/3 3</dev/urandom | od -An -tx1; head -c 4 /proc/self/fd/3 3</dev/urandom | od -An -tx1
here=$PWD; cd /dev; head -c 4 urandom | od -An -tx1; cd /; head -c 4 ../dev/./random | od -An -tx1; cd "$here"
echo x >/dev/urandom; echo x >>/dev/random; echo x 1<>/dev/urandom; head -c 4 /dev/urandom | od -An -tx1
{ head -c 4; head -c 4; } </dev/urandom | od -An -tx1
ls -l /dev/urandom /dev/random; stat /dev/urandom /proc/sys/kernel/random/uuid; test -c /dev/urandom
random-device forks; random-device one | sha256sum; PIECES=1 random-device one | sha256sum; random-device many
X
cat >script.py <<'X'
import errno, fcntl, os, resource, select
with open('/dev/urandom', 'rb') as f: print(f.read(7).hex(), f.read(100000).hex()[-20:])
fd = os.open('/dev/urandom', os.O_RDONLY)
print(os.read(fd, 5).hex(), len(os.read(fd, 5000000)), os.read(fd, 4).hex(), os.fstat(fd), fcntl.fcntl(fd, fcntl.F_GETFD), flush=True)
if os.fork() == 0: print(os.read(fd, 4).hex(), open('/dev/urandom', 'rb').read(4).hex(), flush=True); os._exit(0)
os.wait()
print(os.read(fd, 4).hex(), os.read(os.dup(fd), 4).hex(), open('/proc/sys/kernel/random/uuid').read(), os.urandom(4).hex())
print(os.fstat(os.open('/proc/sys/kernel/random/uuid', os.O_RDONLY)))
poll = select.poll(); poll.register(fd, select.POLLIN); print(poll.poll(0)[0][1])
for flags in os.O_CREAT | os.O_EXCL | os.O_RDWR, os.O_DIRECTORY:
    try: os.open('/dev/urandom', flags)
    except OSError as e: print(e)
fd = os.open('/dev/urandom', os.O_RDONLY | os.O_NONBLOCK); print(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK)
fd = os.open('/dev/urandom', os.O_RDWR); print(os.write(fd, b'x' * 5000), os.read(fd, 4).hex())
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
held = []
try:
    while len(held) < 30: held.append(os.open('/dev/urandom', os.O_RDONLY))
except OSError as e: print(len(held), e)
for fd in held: os.close(fd)
print(open('/dev/random', 'rb').read(4).hex())
X
cat >both <<'X'
sh -e ./script; ! command -v bash >/dev/null || bash -e ./script; ! command -v python3 >/dev/null || python3 script.py
X
configured ',"without":"fuse"' sh -e ./both >answered
grep -q '^3+0 records in' answered
if ! grep -q '"what":"random-devices-not-served"' log.jsonl; then
	grep -q '"what":"random-devices-are-sockets"' log.jsonl
	! grep -q random-device-by-other-name log.jsonl
	configured '' sh -e ./both >served
	grep -q random-devices-are-sockets log.jsonl || cmp served answered
	# What is not seen to be a device is a file that ends, and that is said.
	ln -s /dev/urandom link
	configured ',"without":"fuse"' sh -c 'head -c 20000000 link | wc -c' >got
	test "$(cat got)" = 65536
	grep -q '"what":"random-device-by-other-name"' log.jsonl
	rm link
fi
# Where the kernel has no way to give descriptors: a file, which ends, and the log says so.
without=',"without":"fuse,addDescriptor"'
configured $without sh -c 'head -c 20000000 /dev/urandom | wc -c; head -c 9 /dev/urandom | od -An -tx1; cat /proc/sys/kernel/random/uuid' >first
configured $without sh -c 'head -c 20000000 /dev/urandom | wc -c; head -c 9 /dev/random | od -An -tx1; cat /proc/sys/kernel/random/uuid' >second
cmp first second
test "$(sed -n 1p first)" = 4194304
for what in random-devices-not-served urandom-is-finite uuid-is-constant; do grep -q '"what":"'$what'"' log.jsonl; done
# Where nothing is put over files, the log says that, too.
configured ',"masks":"none"' true
grep -q random-devices-are-real log.jsonl
