int word_hen(void) {
  return 7;
}
