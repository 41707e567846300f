# fileTimes differs varies
mkdir -p in; echo x >in/f; touch -d @1600000000 in/old; tar -cf - in | sha256sum; stat -c "%n %Y %Z" in in/f in/old "${INPUT:-.}"; rm -r in
