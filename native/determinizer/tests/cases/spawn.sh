. "$TESTS/lib.sh"
virtual spawn vfork
virtual spawn posix_spawn
virtual spawn fexecve
virtual spawn threads
