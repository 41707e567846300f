. "$TESTS/lib.sh"
need meson
need ninja
printf "project('t', 'c')\nexecutable('t', 't.c')\n" >meson.build
echo 'int main(void) { return 0; }' >t.c
virtual sh -ec 'meson setup b && ninja -C b && ./b/t && echo again && ninja -C b && sleep 0.02 && touch t.c && ninja -C b && ninja -C b' >got 2>&1 || { cat got; exit 1; }
test "$(sed '1,/^again/d' got | grep -c 'no work to do')" = 2
test "$(grep -c 'Compiling C object' got)" -ge 2
