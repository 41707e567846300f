. "$TESTS/lib.sh"
mkdir d; (cd d; seq 300 | xargs touch)
virtual directory-position d
