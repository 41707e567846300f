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
now=$(date +%s)
for start in 1 1.5 -1.000000000 x.000000000 1.0000000000 '1.000000000 ' 1e9.000000000; do
	refuses '{"version":1,"epoch":1,"start":"'"$start"'"}' 'start must be a decimal string'
done
refuses '{"version":1,"epoch":1,"start":1700000000}' 'start must be a string'
refuses '{"version":1,"epoch":1,"start":"'$((now + 1000))'.000000000"}' 'is in the future'
refuses '{"version":1,"epoch":1,"start":"'$((now - 7 * 86400))'.000000000"}' 'more than 6 days ago'
printf '{"version":1,"epoch":1234567890,"cpus":3,"sources":{"directoryOrder":"vary:x","uname":"real"},"log":"l"}' >c.json
"$DETERMINIZER" --config c.json -- sh -c 'nproc; date +%s' >got
printf '3\n1234567892\n' | diff - got
