# clock differs varies
TZ=America/New_York perl -e "print scalar localtime, qq(\n)"
