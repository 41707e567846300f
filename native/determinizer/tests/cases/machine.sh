. "$TESTS/lib.sh"
same_twice 'uname -a; hostname; nproc; cat /proc/cpuinfo /proc/meminfo /proc/uptime /proc/loadavg /proc/version; uptime || :; free; df . | tail -1 | tr -s " " | cut -d" " -f2-; getconf _NPROCESSORS_ONLN'
grep -q '^Linux selfsame ' first
OPTIONS='--source cpus=vary:3,uname=vary:3,sysinfo=vary:3,statfs=vary:3'
virtual sh -ec 'nproc; uname -r; df . | tail -1' >second
not grep -qxF "$(sed -n 1p second)" first
