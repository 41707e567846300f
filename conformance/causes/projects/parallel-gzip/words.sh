set -e
seq 1 4000 > "$1/words"
split -n "l/$(nproc)" "$1/words" "$1/part."
for part in "$1"/part.*; do gzip -9nc "$part"; done > "$1/words.gz"
rm "$1"/part.*
