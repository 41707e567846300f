echo "#ifndef GUARD_$$"
echo "#define GUARD_$$"
echo "#endif"
