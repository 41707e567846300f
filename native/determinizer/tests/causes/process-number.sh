# pids differs varies
echo "tmpfile$$.c"; perl -e "print qq(\$\$ \n)"
