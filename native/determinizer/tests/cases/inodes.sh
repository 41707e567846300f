. "$TESTS/lib.sh"
virtual sh -ec 'echo >a; ln a b; cp a c; stat -c %i a b c; test a -ef b; ! test a -ef c; ls -i a b c; find . -samefile a | sort; pwd -P'
same_twice 'stat -c "%i %d %b %o %h" /bin/sh /etc /etc/passwd /dev/null; ls -i /etc/passwd'
# tar still finds hard links.
virtual sh -ec 'tar cf t.tar a b c; tar tvf t.tar' | grep -q 'b link to a'
# Nor do they depend on where the build lies.
for place in one "another place"; do
	mkdir -p "$place/below"
	touch "$place/below/file"
	(cd "$place" && virtual stat -c %i below below/file "$PWD/below/file") >"$place.numbers"
done
cmp one.numbers "another place.numbers"
