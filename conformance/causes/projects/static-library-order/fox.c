int word_fox(void) {
  return 5;
}
