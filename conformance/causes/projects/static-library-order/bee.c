int word_bee(void) {
  return 1;
}
