import java.util.ArrayList;
import java.util.List;

/** Strikes the hours. */
class Clock {
  static List<String> strike(int hours) {
    List strokes = new ArrayList<String>(); // A raw type on purpose: javac -Xlint warns about it.
    for (int hour = 1; hour <= hours; hour++) {
      strokes.add("dong");
    }
    return strokes;
  }

  public static void main(String[] arguments) {
    System.out.println(String.join(" ", strike(3)));
  }
}
