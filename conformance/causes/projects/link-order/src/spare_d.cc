int spare_d(int x) { return x * 6 + 1; }
