HOME=$PWD/home GOCACHE=$PWD/cache GOFLAGS= go build -a net/http
