package io.quorate.store.fuse.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A strict reader of JSON, for tests of what is written. Numbers are longs. */
public final class JsonReader {
  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /** The value that is all of {@code text}; fails on anything that RFC 8259 does not allow. */
  static Object read(String text) {
    JsonReader reader = new JsonReader(text.strip());
    Object value = reader.value();
    if (reader.at != reader.text.length()) {
      throw new AssertionError("more after the value at " + reader.at + ": " + text);
    }
    return value;
  }

  @SuppressWarnings("unchecked")
  public static Map<String, Object> object(String text) {
    return (Map<String, Object>) read(text);
  }

  private Object value() {
    space();
    char c = text.charAt(at);
    Object value =
        switch (c) {
          case '{' -> map();
          case '[' -> list();
          case '"' -> string();
          case 't' -> word("true", true);
          case 'f' -> word("false", false);
          case 'n' -> word("null", null);
          default -> number();
        };
    space();
    return value;
  }

  private void space() {
    while (at < text.length() && " \n\r\t".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private Object word(String word, Object value) {
    for (char c : word.toCharArray()) {
      expect(c);
    }
    return value;
  }

  private void expect(char c) {
    if (at >= text.length() || text.charAt(at) != c) {
      throw new AssertionError("no '" + c + "' at " + at + ": " + text);
    }
    at++;
  }

  private Long number() {
    int start = at;
    while (at < text.length() && "-0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return Long.valueOf(text.substring(start, at));
  }

  private Map<String, Object> map() {
    Map<String, Object> map = new LinkedHashMap<>();
    expect('{');
    space();
    while (text.charAt(at) != '}') {
      if (!map.isEmpty()) {
        expect(',');
        space();
      }
      String key = string();
      space();
      expect(':');
      map.put(key, value());
    }
    at++;
    return map;
  }

  private List<Object> list() {
    List<Object> list = new ArrayList<>();
    expect('[');
    space();
    while (text.charAt(at) != ']') {
      if (!list.isEmpty()) {
        expect(',');
      }
      list.add(value());
    }
    at++;
    return list;
  }

  private String string() {
    StringBuilder string = new StringBuilder();
    expect('"');
    while (text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c < 0x20) {
        throw new AssertionError("a raw control character at " + at);
      }
      if (c != '\\') {
        string.append(c);
        continue;
      }
      char escaped = text.charAt(at++);
      int plain = "\"\\/bfnrt".indexOf(escaped);
      if (plain >= 0) {
        string.append("\"\\/\b\f\n\r\t".charAt(plain));
      } else if (escaped == 'u') {
        string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
        at += 4;
      } else {
        throw new AssertionError("\\" + escaped + " is no escape");
      }
    }
    at++;
    return string.toString();
  }
}
