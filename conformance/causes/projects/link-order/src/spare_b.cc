int spare_b(int x) { return x * 4 + 1; }
