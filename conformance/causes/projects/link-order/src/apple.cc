static int calls;
int apple() { calls += 3; return calls; }
