. "$TESTS/lib.sh"
need autoconf
need automake
cat >configure.ac <<'Y'
AC_INIT([t],[1])
AC_CONFIG_SRCDIR([configure.ac])
AM_INIT_AUTOMAKE([foreign])
AC_PROG_CC
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
Y
echo 'bin_PROGRAMS = t' >Makefile.am; echo 'int main(void){return 0;}' >t.c
virtual sh -ec 'autoreconf -i && ./configure && make && make && sleep 0.02 && touch configure.ac && autoreconf -f && make && make' >got 2>&1 || { cat got; exit 1; }
grep -q "sane... yes" got
not grep -i 'skew\|older than distributed' got
# The change of configure.ac was seen, and once.
test "$(grep -c "sane... yes" got)" = 2
test "$(grep -c 'Nothing to be done' got)" -ge 2
