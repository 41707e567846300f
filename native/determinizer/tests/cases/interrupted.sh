. "$TESTS/lib.sh"
interrupted
virtual interrupted
# Many children that end while their parent, a shell, makes more.
echo 'i=0; while [ $i -lt 1500 ]; do (:); x=$(echo a | cat); test -e /etc/passwd || exit 1; i=$((i+1)); done; echo $i' >script
expect 1500 virtual sh -e ./script
