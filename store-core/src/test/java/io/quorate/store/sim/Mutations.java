package io.quorate.store.sim;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Deliberate faults: each must be noticed by a checker. */
final class Mutations {
  private Mutations() {}

  static boolean run(@Nullable String name, PrintStream out) {
    out.println("later " + name);
    return false;
  }
}
