tar -xf "$SOURCES"/hello_2.10.orig.tar.gz --strip-components=1
