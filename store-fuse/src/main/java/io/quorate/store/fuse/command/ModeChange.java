package io.quorate.store.fuse.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Permissions as chmod(1) has them: octal, or clauses such as {@code go-w,a+X}. */
final class ModeChange {
  private static final Pattern CLAUSE = Pattern.compile("([ugoa]*)([-+=])([rwxXst]*)");

  private ModeChange() {}

  /**
   * @param mode as st_mode; its type stays
   * @return what it becomes
   */
  static int apply(String change, int mode, boolean directory) {
    if (change.matches("[0-7]{1,4}")) {
      return (mode & ~07777) | Integer.parseInt(change, 8);
    }
    int result = mode;
    for (String clause : change.split(",", -1)) {
      Matcher matcher = CLAUSE.matcher(clause);
      if (!matcher.matches()) {
        throw Failure.notStarted(
            "'" + change + "' is not a mode; write it as 755, u+x or go-w,a+X");
      }
      String who = matcher.group(1).isEmpty() ? "a" : matcher.group(1);
      boolean executable = directory || (result & 0111) != 0;
      int reach = reach(who);
      int bits = bits(matcher.group(3), executable) & reach;
      result =
          switch (matcher.group(2)) {
            case "+" -> result | bits;
            case "-" -> result & ~bits;
            default -> (result & ~reach) | bits;
          };
    }
    return result;
  }

  private static int reach(String who) {
    boolean all = who.contains("a");
    return (all || who.contains("u") ? 04700 : 0)
        | (all || who.contains("g") ? 02070 : 0)
        | (all || who.contains("o") ? 01007 : 0)
        | (all ? 01000 : 0);
  }

  private static int bits(String letters, boolean executable) {
    int bits = 0;
    for (char letter : letters.toCharArray()) {
      bits |=
          switch (letter) {
            case 'r' -> 0444;
            case 'w' -> 0222;
            case 'x' -> 0111;
            case 'X' -> executable ? 0111 : 0;
            case 's' -> 06000;
            default -> 01000;
          };
    }
    return bits;
  }
}
