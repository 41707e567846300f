int word_gnu(void) {
  return 6;
}
