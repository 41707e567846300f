tar -xf "$SOURCES"/lua5.4_5.4.4.orig.tar.gz --strip-components=1
