# cpus varies
nproc; getconf _NPROCESSORS_ONLN
