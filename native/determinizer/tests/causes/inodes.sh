# inodes varies
echo x >f; stat -c "%i %d %b" f . /etc
