. "$TESTS/lib.sh"
virtual sh -ec 'echo >a; sleep 0.02; echo >b; sleep 0.02; echo >c; find . -newer b -type f -name "?"; test c -nt a; ! test a -nt c; ls -t ? | tr "\n" " "' >got
printf './c\nc b a ' | diff - got
