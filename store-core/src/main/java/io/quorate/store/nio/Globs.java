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

  /**
   * A set as the JDK reads it: a first '-' stands for itself and so does a last one, a ']' always
   * ends the set, and '\\' quotes nothing.
   */
  private void set() {
    regex.append("(?!/)[");
    if (peek('^')) {
      regex.append("\\^");
      next++;
    } else {
      if (peek('!')) {
        regex.append('^');
        next++;
      }
      if (peek('-')) {
        regex.append("\\-");
        next++;
      }
    }
    int body = regex.length();
    char from = 0;
    boolean mayRange = false;
    while (next < glob.length()) {
      char c = glob.charAt(next++);
      if (c == ']') {
        if (regex.charAt(body - 1) == '[' && regex.length() == body) {
          throw error("a set is empty");
        }
        regex.append(']');
        return;
      }
      if (c == '/') {
        throw error("a set can not hold '/'");
      }
      if (c != '-') {
        inSet(c);
        from = c;
        mayRange = true;
        continue;
      }
      if (!mayRange) {
        throw error("a range has no beginning");
      }
      if (peek(']')) {
        inSet(c);
      } else if (next < glob.length()) {
        char to = glob.charAt(next++);
        if (to < from) {
          throw error("a range runs backwards");
        }
        regex.append('-');
        inSet(to);
        mayRange = false;
      }
    }
    throw error("']' is missing");
  }

  private boolean peek(char wanted) {
    return next < glob.length() && glob.charAt(next) == wanted;
  }

  private void inSet(char c) {
    if ("\\[]&^-".indexOf(c) >= 0) {
      regex.append('\\');
    }
    regex.append(c);
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
