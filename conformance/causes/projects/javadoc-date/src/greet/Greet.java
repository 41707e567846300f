package greet;

/** Greets. */
public final class Greet {
  private Greet() {}
}
