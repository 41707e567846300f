. "$TESTS/lib.sh"
# A short part of what `make fuzz` does for long, always the same.
chmod 777 .
virtual fuzz-calls "${FUZZ_SEED:-1}" "${FUZZ_SECONDS:-3}"
rm -rf play
OPTIONS=--no-namespaces
virtual fuzz-calls "${FUZZ_SEED:-4}" "${FUZZ_SECONDS:-2}"
