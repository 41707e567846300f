# -
for i in 1 2 3 4 5 6; do (echo "$i"; date >/dev/null; echo "$i again") & done; wait
