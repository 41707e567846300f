tar -xf "$SOURCES"/re2_20220601+dfsg.orig.tar.xz --strip-components=1
