# randomness differs varies
random-bytes; perl -e "print rand, qq(\n)"; mktemp -u
