. "$TESTS/lib.sh"
need go
cat >t.go <<'X'
package main
import ("fmt"; "time"; "os"; "crypto/rand")
func main() {
 // Busy waiting: on the wall clock, and on the monotonic one.
 for w := time.Now().Unix(); time.Now().Unix() < w + 2; {}
 for m := time.Now(); time.Since(m) < 100*time.Millisecond; {}
 ticker := time.NewTicker(20*time.Millisecond); for i := 0; i < 3; i++ { <-ticker.C }; ticker.Stop()
 s := time.Now(); time.Sleep(200*time.Millisecond); d := time.Since(s)
 select { case <-time.After(100*time.Millisecond): }
 b := make([]byte, 4); rand.Read(b); fi, _ := os.Stat(os.Args[0])
 fmt.Println(d > 190*time.Millisecond, s.Unix(), b, fi.ModTime().Unix())
}
X
export GOCACHE=$PWD/cache GO111MODULE=off GOFLAGS= HOME=$PWD CGO_ENABLED=0
virtual go build -o t t.go
same_twice ./t
cat >m.go <<'X'
package main
import "fmt"
func main() { m := map[int]int{}; for i := 0; i < 20; i++ { m[i] = i }; for k := range m { fmt.Print(k, " ") }; fmt.Println() }
X
virtual go build -o m m.go
cp first before
same_twice './m; ./m'
cp before first
grep -q '^true 170000000[45] ' first
