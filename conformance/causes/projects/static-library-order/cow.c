int word_cow(void) {
  return 2;
}
