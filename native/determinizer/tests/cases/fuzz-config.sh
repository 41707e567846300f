. "$TESTS/lib.sh"
from=$TESTS/..
cc -std=c17 -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -I"$from/src" -o fuzz "$TESTS/fuzz/config.c" "$from/src/config.c" "$from/src/json.c" "$from/src/digest.c" || { echo 'skip: no sanitizer'; exit 77; }
ASAN_OPTIONS=detect_leaks=0 ./fuzz "${FUZZ_SEED:-1}" "${FUZZ_SECONDS:-2}"
