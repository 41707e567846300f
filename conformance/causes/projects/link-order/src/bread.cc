static int calls;
int bread() { calls += 1; return calls; }
