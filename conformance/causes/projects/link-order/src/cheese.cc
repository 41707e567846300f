static int calls;
int cheese() { calls += 2; return calls; }
