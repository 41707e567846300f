package greet;

public final class Greet {
  private Greet() {}

  public static void main(String[] names) {
    for (String name : names) System.out.println("Hello, " + name);
  }
}
