# randomness differs varies
perl -e "%h = map { \$_ => 1 } 1..50; print join(q( ), keys %h), qq(\n)"
