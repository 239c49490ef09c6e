package io.quorate.store.nio;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Globs of {@code FileSystem.getPathMatcher} as regular expressions: '*' and '?' stay within a
 * name, '**' crosses names, [...] is a set, {a,b} are alternatives, '\' quotes.
 */
final class Globs {
  private static final String META = ".*?^$+|()[]{}\\";

  private final String glob;
  private final StringBuilder regex = new StringBuilder();
  private int next;
  private boolean inGroup;

  private Globs(String glob) {
    this.glob = glob;
  }

  /**
   * Compiles a glob.
   *
   * @throws PatternSyntaxException if it is malformed
   */
  static Pattern compile(String glob) {
    return new Globs(glob).compile();
  }

  private Pattern compile() {
    while (next < glob.length()) {
      char c = glob.charAt(next++);
      switch (c) {
        case '\\' -> {
          if (next == glob.length()) {
            throw error("nothing follows '\\'");
          }
          literal(glob.charAt(next++));
        }
        case '*' -> {
          if (next < glob.length() && glob.charAt(next) == '*') {
            next++;
            regex.append(".*");
          } else {
            regex.append("[^/]*");
          }
        }
        case '?' -> regex.append("[^/]");
        case '[' -> set();
        case '{' -> {
          if (inGroup) {
            throw error("groups do not nest");
          }
          inGroup = true;
          regex.append("(?:(?:");
        }
        case '}' -> {
          if (inGroup) {
            regex.append("))");
            inGroup = false;
          } else {
            literal(c);
          }
        }
        case ',' -> {
          if (inGroup) {
            regex.append(")|(?:");
          } else {
            literal(c);
          }
        }
        default -> literal(c);
      }
    }
    if (inGroup) {
      throw error("'}' is missing");
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  private void set() {
    regex.append("(?!/)[");
    boolean first = true;
    if (next < glob.length() && (glob.charAt(next) == '!' || glob.charAt(next) == '^')) {
      regex.append(glob.charAt(next) == '!' ? "^" : "\\^");
      next++;
    }
    while (next < glob.length()) {
      char c = glob.charAt(next++);
      if (c == ']' && !first) {
        regex.append(']');
        return;
      }
      if (c == '/') {
        throw error("a set can not hold '/'");
      }
      if (c == '-' && !first && next < glob.length() && glob.charAt(next) != ']') {
        range();
      } else {
        if ("\\[]&^-".indexOf(c) >= 0) {
          regex.append('\\');
        }
        regex.append(c);
      }
      first = false;
    }
    throw error("']' is missing");
  }

  private void range() {
    char from = glob.charAt(next - 2);
    char to = glob.charAt(next++);
    if (to < from) {
      throw error("a range runs backwards");
    }
    regex.append('-');
    if ("\\[]&^-".indexOf(to) >= 0) {
      regex.append('\\');
    }
    regex.append(to);
  }

  private void literal(char c) {
    if (META.indexOf(c) >= 0) {
      regex.append('\\');
    }
    regex.append(c);
  }

  private PatternSyntaxException error(String what) {
    return new PatternSyntaxException(what, glob, next - 1);
  }
}
