echo "seed: ${RANDOM:-0}"
