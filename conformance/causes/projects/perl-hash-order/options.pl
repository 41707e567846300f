use strict;
use warnings;

my %options = map { $_ => length } qw(all brief color depth exclude force group help ignore jobs keep list);
print "--$_ $options{$_}\n" for keys %options;
