. "$TESTS/lib.sh"
need cmake
cat >CMakeLists.txt <<'Y'
cmake_minimum_required(VERSION 3.10)
project(t C)
configure_file(in.h.in in.h)
add_executable(t t.c)
target_include_directories(t PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
Y
printf '#include "in.h"\nint main(void) { return N - 1; }\n' >t.c
for generator in 'Unix Makefiles' Ninja; do
	if [ "$generator" = Ninja ] && ! command -v ninja >/dev/null; then continue; fi
	rm -rf b
	echo '#define N 1' >in.h.in
	virtual sh -c "cmake -S . -B b -G '$generator' && cmake --build b && ./b/t && echo again && cmake --build b && cmake --build b" >got 2>&1 || { cat got; exit 1; }
	grep -q 'Building C object' got
	sed '1,/^again/d' got >after
	not grep -i 'building\|linking\|generating done\|skew' after
	virtual cmake --build b >got 2>&1
	not grep -i 'building\|linking\|generating done\|skew' got
	virtual sh -ec 'sleep 0.02; touch t.c; cmake --build b; sleep 0.02; echo "#define N  1" >in.h.in; cmake --build b; cmake --build b' >got 2>&1
	test "$(grep -c 'Building C object' got)" = 2
done
