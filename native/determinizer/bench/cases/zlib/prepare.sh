tar -xf "$SOURCES"/zlib_1.2.13.dfsg.orig.tar.bz2 --strip-components=1
./configure
