. "$TESTS/lib.sh"
# A program that waits for the wall clock and looks at it seldom is moved by real time, and the log says so.
printf '{"version":1,"epoch":%s,"stallSeconds":1,"log":"l"}' $EPOCH >c.json
timeout 250 "$DETERMINIZER" --config c.json -- busy-wait slowly
grep -q 'wall clock moved by real time' l
