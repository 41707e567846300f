make -j2 linux
