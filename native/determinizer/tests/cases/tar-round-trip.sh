. "$TESTS/lib.sh"
mkdir t; echo 1 >t/a; echo 2 >t/b; touch -d @1500000000 t/a; ln -s a t/l
same_twice 'rm -rf x y; mkdir x y; echo in-build >x/n; cp -a t x/; tar cf - x | tee one.tar | tar xf - -C y; tar cf two.tar -C y x; sha256sum one.tar two.tar; diff -r x y/x && echo equal'
test "$(cut -d' ' -f1 first | sed -n 1p)" = "$(cut -d' ' -f1 first | sed -n 2p)"
virtual sh -c 'zip -q z.zip -r x 2>/dev/null || :; gzip -kf one.tar; ar rc l.a one.tar'
