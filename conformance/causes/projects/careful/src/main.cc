int area(int width, int height);
int main() { return area(2, 3) - 6; }
