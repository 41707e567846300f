#include <stdio.h>
#include <stdlib.h>

struct record {
  char kind;
  double value;
};

int main(int argc, char **argv) {
  FILE *file = argc == 2 ? fopen(argv[1], "wb") : NULL;
  struct record *records = malloc(1000 * sizeof *records);
  if (!file || !records) return 1;
  for (int i = 0; i < 1000; i++) {
    records[i].kind = (char)('a' + i % 26);
    records[i].value = i;
  }
  fwrite(records, sizeof *records, 1000, file);
  return fclose(file) != 0;
}
