int word_elk(void) {
  return 4;
}
