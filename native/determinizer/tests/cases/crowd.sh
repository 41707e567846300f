. "$TESTS/lib.sh"
virtual crowd 300 300
OPTIONS='--no-namespaces'
virtual crowd 10 50
# As few supervisors as there can be.
printf '{"version":1,"epoch":%s,"threads":1}' $EPOCH >c.json
"$DETERMINIZER" --config c.json -- crowd 100 100
