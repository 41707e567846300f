# directoryOrder varies
mkdir -p in; (cd in; seq 40 | xargs touch); ls -U in; find in -type f; perl -e "opendir D, q(in); print join(q( ), readdir D), qq(\n)"; rm -r in
