int bread();
int cheese();
int apple();
int main() { return bread() + cheese() + apple() - 6; }
