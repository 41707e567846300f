. "$TESTS/lib.sh"
# A program without any descriptor, and one with as many as there may be.
virtual perl -e 'use POSIX; POSIX::close($_) for 0..255; stat "/etc/passwd" or POSIX::_exit(1); opendir(D, "/") or POSIX::_exit(2); readdir D or POSIX::_exit(3); time == 1700000002 or POSIX::_exit(4); system("date >/dev/null") == 0 or POSIX::_exit(5); POSIX::_exit(0)'
virtual sh -ec 'ulimit -n 64; perl -e "while (open my \$f, q(<), q(/dev/null)) { push @f, \$f } stat q(/etc/passwd) or exit 1; exit 0"'
