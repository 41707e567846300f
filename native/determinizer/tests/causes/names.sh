# uname varies
uname -a; perl -MSys::Hostname -e "print hostname, qq(\n)"
