# What a kernel may lack is reported, and everything else works on without it.
. "$TESTS/lib.sh"
configured() { printf '{"version":1,"epoch":%s,"log":"log.jsonl","without":"%s"}' $EPOCH "$1" >c.json; shift; "$DETERMINIZER" --config c.json -- "$@"; }
# Without our vDSO a child that ends may break off the call that starts another: there is never more than one.
mkdir d; (cd d; seq 30 | xargs touch)
cat >script <<'X'
date +%s; wall-clock vdso; wall-clock syscall; random-bytes; ls -U d >names; wc -l <names; nproc
echo >a; stat -c %Y a; cp -p a b; test ! a -nt b; (exit 3) || echo $?; ls d/1 d/77 2>/dev/null || :
X
echo 'i=0; while [ $i -lt 50 ]; do (:); x=$(echo y | cat); i=$((i+1)); done; echo $i' >loop
virtual sh -e ./script >all
for feature in waitKillable syncWakeUp descriptorCopy vdso; do
	configured $feature sh -e ./script >got
	case $feature in
	vdso) sed 4,5d all >expected; sed -i 4,5d got; cmp expected got ;; # other random streams, as nothing is kept in the process
	*)
		cmp all got
		expect 50 configured $feature sh -e ./loop # children end while others are made
		;;
	esac
	# The log names it, and nothing that is there without it.
	case $feature in
	waitKillable) what='kernel without WAIT_KILLABLE_RECV' ;;
	syncWakeUp) what='kernel without SYNC_WAKE_UP' ;;
	descriptorCopy) what='directory-order-is-real' ;;
	vdso) what='signals-may-interrupt' ;;
	esac
	grep -q "\"what\":\"$what" log.jsonl
	virtual true
	! grep -q "\"what\":\"$what" log.jsonl
done
# A vDSO without room where its functions are.
configured vdsoRoom sh -e ./script >got
cmp all got
! grep -q '"what":"vDSO' log.jsonl
configured vdsoRoom interrupted
# One with a function that we do not know.
configured vdsoNames sh -e ./script >got
cmp all got
grep -q '"what":"function of the vDSO is not known and was refused","process":0,"detail":"__vdso_getcpu"' log.jsonl
configured waitKillable,syncWakeUp,descriptorCopy,vdso,fuse sh -e ./script >got
sed -i 4,5d got
cmp expected got
grep -q '"what":"answers-may-come-late' log.jsonl
configured promptness,waitKillable late-answer
expect 36 configured waitKillable,fuse sh -c 'read -r x </proc/sys/kernel/random/uuid; exec 3</dev/urandom; test -e /etc/passwd; echo ${#x}'
LOOSE=1 configured waitKillable interrupted
grep -q '"what":"a program was told of our signal handler' log.jsonl
configured vdso sh -c 'test "$(date +%s)" = 1700000002'
grep -q '"what":"vDSO cannot be replaced' log.jsonl
configured newMounts true
grep -q '"what":"no file of /proc, /sys and /dev could be masked"' log.jsonl
# Without the one that everything rests on it does not start.
status=0
configured continue date 2>err >got || status=$?
test $status = 125
test ! -s got
grep -q '^selfsame-determinizer: notify: this kernel cannot let a call go on' err
status=0
configured other true 2>err || status=$?
test $status = 125
grep -q 'unknown feature other' err
