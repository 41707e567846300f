. "$TESTS/lib.sh"
refuses() { printf '%s' "$1" >c.json; status=0; "$DETERMINIZER" --config c.json -- true 2>err || status=$?; test $status = 125; grep -q "$2" err; }
refuses '{' 'expected'
refuses '{"version":2}' 'version must be'
refuses '{"version":1,"epoch":1,"sources":{"clock":"fast"}}' 'mode must be real, fixed or vary'
refuses '{"version":1,"epoch":1,"sources":{"clocks":"real"}}' 'unknown source clocks'
refuses '{"version":1,"epoch":1,"other":1}' 'unknown member other'
refuses '{"version":1,"version":1}' 'duplicate key'
refuses '{"version":1.5}' 'whole number'
refuses '{"version":1}{}' 'something follows'
refuses '[]' 'unexpected character'
refuses '{"version":1,"cpus":0}' 'cpus must be'
refuses '{"version":1}' 'no epoch'
printf '{"version":1,"epoch":1234567890,"cpus":3,"sources":{"directoryOrder":"vary:x","uname":"real"},"log":"l"}' >c.json
"$DETERMINIZER" --config c.json -- sh -c 'nproc; date +%s' >got
printf '3\n1234567892\n' | diff - got
