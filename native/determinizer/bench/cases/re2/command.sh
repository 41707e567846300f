# Not its library: Debian leaves out a file that the Makefile asks for.
make -j2 $(ls re2/*.cc util/rune.cc util/strutil.cc | sed 's,\(.*\)\.cc$,obj/\1.o,')
