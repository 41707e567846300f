# randomness differs varies
od -An -tx1 -N16 /dev/urandom; head -c 16 /dev/random | od -An -tx1; cat /proc/sys/kernel/random/uuid
