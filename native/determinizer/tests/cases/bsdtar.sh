. "$TESTS/lib.sh"
need bsdtar
mkdir t; echo 1 >t/a; touch -d @1500000000 t/a; ln t/a t/b; ln -s a t/l
same_twice 'rm -rf x y; mkdir x y; echo in-build >x/n; cp -a t x/; bsdtar --format=ustar -cf one.tar x; bsdtar -xf one.tar -C y; bsdtar --format=ustar -cf two.tar -C y x; sha256sum one.tar; cmp one.tar two.tar && diff -r x y/x && echo equal'
grep -q equal first
virtual sh -ec 'bsdtar --format=pax -cf p.tar x; rm -rf y; mkdir y; bsdtar -xpf p.tar -C y; test "$(stat -c %Y x/n)" = "$(stat -c %Y y/x/n)"; bsdtar -tvf p.tar' >got
not grep -i future got
# Hard links are found.
virtual bsdtar -tvf one.tar | grep -q 'link to'
