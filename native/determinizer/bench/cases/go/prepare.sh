command -v go >/dev/null || { echo "skip: no go"; exit 77; }
mkdir home
