. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || { echo 'skip: not root'; exit 77; }
mkdir closed; echo >closed/f; chmod 700 closed; chmod 755 .
virtual perl -e '$) = "65534 65534"; $> = 65534; print((stat "closed/f") ? "seen\n" : "refused\n"); print((stat "closed") ? "seen\n" : "refused\n"); $> = 0; print((stat "closed/f") ? "seen\n" : "refused\n");' >got
printf 'refused\nseen\nseen\n' | diff - got
# The right to become another by a program's set-user-id bit is given up before the command starts.
cp "$(command -v id)" suid; chmod 4755 suid
expect 65534 virtual setpriv --reuid 65534 --clear-groups ./suid -u
# Whichever thread of the supervisor answers, and whatever it has open of the caller, an answer arrives.
expect '' virtual perl -e '$) = "65534 65534"; $> = 65534; for (1 .. 1000) { stat "closed/f"; stat "closed" or print "$_ $!\n" } print "\n"'
