. "$TESTS/lib.sh"
need fakeroot
virtual fakeroot sh -ec 'touch x; chown 12:34 x; stat -c "%u %g" x; tar cf x.tar x; tar tvf x.tar --numeric-owner' >got
grep -q '^12 34$' got
grep -q ' 12/34 ' got
