. "$TESTS/lib.sh"
need autoconf
cat >configure.ac <<'X'
AC_INIT([t],[1])
AC_CONFIG_SRCDIR([configure.ac])
AM_INIT_AUTOMAKE([foreign])
AC_PROG_CC
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
X
command -v automake >/dev/null || { echo 'skip: no automake'; exit 77; }
echo 'bin_PROGRAMS = t' >Makefile.am; echo 'int main(void){return 0;}' >t.c
virtual sh -c 'autoreconf -i && ./configure && make && make' >got 2>&1 || { cat got; exit 1; }
grep -q "sane... yes" got
test "$(grep -c 'Nothing to be done' got)" -ge 1
