int spare_e(int x) { return x * 7 + 1; }
