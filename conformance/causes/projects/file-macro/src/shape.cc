#include <cassert>

int main(int argc, char **) {
  assert(argc < 100);
  return 0;
}
