. "$TESTS/lib.sh"
for i in d b a c e; do touch "$i"; done
expect "a b c d e " virtual perl -e 'opendir D, "."; print join(" ", grep { !/^\.|^log|^got|^exp|^first|^second/ } readdir D), " \n"'
OPTIONS='--source directoryOrder=vary:reversed'
expect "e d c b a " virtual perl -e 'opendir D, "."; print join(" ", grep { !/^\.|^log|^got|^exp|^first|^second/ } readdir D), " \n"'
OPTIONS='--source directoryOrder=vary:7'
mkdir sub; (cd sub; seq 50 | xargs touch)
same_twice 'ls -U sub'
ls sub >sorted
not cmp -s sorted first
sort -o first first
cmp sorted first
