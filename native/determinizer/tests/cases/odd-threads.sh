. "$TESTS/lib.sh"
# Threads that outlive the first one, or have descriptors of their own.
virtual odd-calls leader
virtual odd-calls descriptors
