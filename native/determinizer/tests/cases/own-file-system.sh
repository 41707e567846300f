. "$TESTS/lib.sh"
mkdir m
status=0; timeout 250 "$DETERMINIZER" --epoch $EPOCH --log l -- own-file-system m 20 || status=$?
test $status != 77 || { echo 'skip: no FUSE'; exit 77; }
test $status = 0
# One that never answers is ended with the run.
cat >silent.c <<'Y'
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) {
	char o[128]; struct stat s; int fd = open("/dev/fuse", O_RDWR);
	snprintf(o, sizeof o, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (mount("x", "m", "fuse", 0, o)) return 1;
	for (int i = 0; i < 20; i++) if (fork() == 0) { stat("m/f", &s); _exit(0); }
	close(creat("up", 0666)); pause(); return 0; }
Y
cc -o silent silent.c
"$DETERMINIZER" --epoch $EPOCH -- ./silent &
supervisor=$!
i=0; while [ ! -e up ] && [ $i -lt 5000 ]; do sleep 0.02; i=$((i + 1)); done
sleep 0.3
kill -TERM $supervisor
i=0; while kill -0 $supervisor 2>/dev/null && [ $i -lt 5000 ]; do sleep 0.02; i=$((i + 1)); done
not kill -0 $supervisor 2>/dev/null
wait $supervisor || :
