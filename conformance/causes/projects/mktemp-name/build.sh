set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp version.in "$scratch/version.c"
cc -O2 -Wl,--build-id=none -o out/version "$scratch/version.c"
