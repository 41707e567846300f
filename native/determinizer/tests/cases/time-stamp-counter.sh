. "$TESTS/lib.sh"
same_twice counter
virtual sh -ec 'exec 3>&1; kill -SEGV $$' && exit 1
OPTIONS="--source timeStampCounter=real"
virtual counter >first
