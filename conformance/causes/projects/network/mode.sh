if [ "$(awk "\$2 == \"00000000\"" /proc/net/route)" ]; then echo online; else echo offline; fi
