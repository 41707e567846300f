. "$TESTS/lib.sh"
same_twice 'uname -a; hostname; nproc; cat /proc/cpuinfo /proc/meminfo /proc/uptime /proc/loadavg /proc/version; uptime || :; free; df . | tail -1 | tr -s " " | cut -d" " -f2-; getconf _NPROCESSORS_ONLN'
grep -q '^Linux selfsame ' first
# What the kernel tells of the processor as a program starts.
virtual env LD_SHOW_AUXV=1 /bin/true | grep -E 'AT_(HWCAP|HWCAP2|MINSIGSTKSZ|RSEQ|\?)' >got || :
grep -q '^AT_HWCAP: *0*78bfbff$' got
! grep -E '^AT_HWCAP2:' got | grep -qv ' 0x0$'
grep -q '^AT_MINSIGSTKSZ: *16384$' got || grep -q signal-stack-size-is-real log.jsonl || ! LD_SHOW_AUXV=1 /bin/true | grep -q MINSIGSTKSZ
grep -q '"what":"instructions CPUID, RDRAND, RDSEED and RDPID answer as the processor does","process":0,"detail":"' log.jsonl
OPTIONS='--source cpus=vary:3,uname=vary:3,sysinfo=vary:3,statfs=vary:3'
virtual sh -ec 'nproc; uname -r; df . | tail -1' >second
not grep -qxF "$(sed -n 1p second)" first
