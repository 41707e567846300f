int spare_f(int x) { return x * 8 + 1; }
