echo "usage:\tshape [options]\n\t-h\thelp"
