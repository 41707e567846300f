. "$TESTS/lib.sh"
# Without a C library's loader, and with other C libraries.
expect 1700000002 virtual wall-clock-static vdso
expect 1700000002 virtual wall-clock-static syscall
if command -v go >/dev/null; then
	printf 'package main\nimport ("fmt"; "time"; "os")\nfunc main() { fi, e := os.Stat("g.go"); fmt.Println(time.Now().Unix(), fi.ModTime().Unix() <= 1700000000, e) }\n' >g.go
	GOCACHE=$PWD/cache GO111MODULE=off HOME=$PWD CGO_ENABLED=0 go build -o g g.go
	expect "1700000002 true <nil>" virtual ./g
fi
if command -v musl-gcc >/dev/null; then
	for way in -static ''; do
		musl-gcc $way -D_GNU_SOURCE -o m "$TESTS/programs/wall-clock.c"
		for how in vdso syscall gettimeofday time; do expect 1700000002 virtual ./m $how; done
		musl-gcc $way -D_GNU_SOURCE -o r "$TESTS/programs/random-bytes.c"
		same_twice './r; ./r fork'
	done
fi
