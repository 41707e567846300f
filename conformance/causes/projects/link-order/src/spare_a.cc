int spare_a(int x) { return x * 3 + 1; }
