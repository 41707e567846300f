int spare_c(int x) { return x * 5 + 1; }
