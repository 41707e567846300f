int word_dog(void) {
  return 3;
}
