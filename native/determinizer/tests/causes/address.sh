# addressSpace differs varies
addresses
