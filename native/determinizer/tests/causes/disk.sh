# statfs varies
df --output=size,avail . | tail -1; stat -f -c "%b %f %d" .
