int word_ant(void) {
  return 0;
}
