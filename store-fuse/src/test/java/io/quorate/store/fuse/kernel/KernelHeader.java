package io.quorate.store.fuse.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Structures and numbers of the installed {@code linux/fuse.h}, laid out as the compiler would. */
final class KernelHeader {
  static final Path FILE = Path.of("/usr/include/linux/fuse.h");

  private static final Pattern STRUCT =
      Pattern.compile("struct (fuse_\\w+) \\{(.*?)\\n\\};", Pattern.DOTALL);
  private static final Pattern FIELD =
      Pattern.compile("(u?int\\d+_t|char|struct \\w+)\\s+(\\w+)(?:\\[(\\w*)\\])?;");
  private static final Pattern NUMBER = Pattern.compile("\\b(FUSE_\\w+)\\s*=\\s*(\\d+)");
  private static final Pattern DEFINED =
      Pattern.compile("#define\\s+(F\\w+)\\s+\\(?(?:(\\d+)(?:ULL)?\\s*<<\\s*)?(\\d+)\\)?\\s");

  /** A field, by bytes. */
  record Field(int offset, int bytes) {}

  /** A structure; {@code fields} of structures in it are named as in {@code attr.ino}. */
  record Struct(int bytes, int align, Map<String, Field> fields) {
    Field field(String name) {
      Field field = fields.get(name);
      if (field == null) {
        throw new IllegalArgumentException("no field " + name + " among " + fields.keySet());
      }
      return field;
    }

    long get(ByteBuffer in, int at, String name) {
      Field field = field(name);
      int place = at + field.offset();
      return switch (field.bytes()) {
        case 2 -> in.getShort(place) & 0xffff;
        case 4 -> in.getInt(place);
        default -> in.getLong(place);
      };
    }

    /** A structure with these values, as in {@code "fh", 5, "size", 6}, and zeros elsewhere. */
    byte[] with(Object... namesAndValues) {
      ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
      for (int i = 0; i < namesAndValues.length; i += 2) {
        Field field = field((String) namesAndValues[i]);
        long value = ((Number) namesAndValues[i + 1]).longValue();
        switch (field.bytes()) {
          case 2 -> out.putShort(field.offset(), (short) value);
          case 4 -> out.putInt(field.offset(), (int) value);
          default -> out.putLong(field.offset(), value);
        }
      }
      return out.array();
    }
  }

  private final Map<String, Struct> structs = new HashMap<>();
  private final Map<String, Long> numbers = new HashMap<>();

  static KernelHeader read() throws IOException {
    KernelHeader header = new KernelHeader();
    String text = Files.readString(FILE).replaceAll("(?s)/\\*.*?\\*/", "");
    Matcher struct = STRUCT.matcher(text);
    while (struct.find()) {
      header.structs.put(struct.group(1), header.layOut(struct.group(2)));
    }
    Matcher number = NUMBER.matcher(text);
    while (number.find()) {
      header.numbers.put(number.group(1), Long.parseLong(number.group(2)));
    }
    Matcher defined = DEFINED.matcher(text);
    while (defined.find()) {
      long value = Long.parseLong(defined.group(3));
      String shifted = defined.group(2);
      header.numbers.put(
          defined.group(1), shifted == null ? value : Long.parseLong(shifted) << value);
    }
    return header;
  }

  private Struct layOut(String body) {
    Map<String, Field> fields = new LinkedHashMap<>();
    int at = 0;
    int widest = 1;
    Matcher field = FIELD.matcher(body);
    while (field.find()) {
      String type = field.group(1);
      String name = field.group(2);
      Struct inner = type.startsWith("struct ") ? struct(type.substring(7)) : null;
      int bytes = inner != null ? inner.bytes() : bits(type) / 8;
      int align = inner != null ? inner.align() : bytes;
      at = (at + align - 1) / align * align;
      widest = Math.max(widest, align);
      fields.put(name, new Field(at, bytes));
      if (inner != null) {
        for (Map.Entry<String, Field> one : inner.fields().entrySet()) {
          Field of = one.getValue();
          fields.put(name + "." + one.getKey(), new Field(at + of.offset(), of.bytes()));
        }
      }
      String count = field.group(3);
      at += bytes * (count == null ? 1 : count.isEmpty() ? 0 : Integer.parseInt(count));
    }
    return new Struct((at + widest - 1) / widest * widest, widest, fields);
  }

  private static int bits(String type) {
    return type.equals("char") ? 8 : Integer.parseInt(type.replaceAll("\\D", ""));
  }

  Struct struct(String name) {
    Struct struct = structs.get(name);
    if (struct == null) {
      throw new IllegalArgumentException("no " + name + " in " + FILE);
    }
    return struct;
  }

  /** Value of a constant; null if this header is older. */
  Long number(String name) {
    return numbers.get(name);
  }
}
