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

/**
 * Structures and numbers of the installed {@code linux/fuse.h}, and of {@code linux/stat.h} that of
 * statx(2), laid out as the compiler would.
 */
final class KernelHeader {
  static final Path FILE = Path.of("/usr/include/linux/fuse.h");
  private static final Path STAT = Path.of("/usr/include/linux/stat.h");

  private static final Pattern STRUCT =
      Pattern.compile("struct (fuse_\\w+|statx\\w*) \\{(.*?)\\n\\};", Pattern.DOTALL);
  private static final Pattern FIELD =
      Pattern.compile("(u?int\\d+_t|__[us]\\d+|char|struct \\w+)\\s+(\\w+)(?:\\[(\\w*)\\])?;");
  private static final Pattern NUMBER = Pattern.compile("\\b(FUSE_\\w+)\\s*=\\s*(\\d+)");
  private static final Pattern DEFINED =
      Pattern.compile("#define\\s+(F\\w+)\\s+\\(?(?:(\\d+)(?:ULL)?\\s*<<\\s*)?(\\d+)\\)?\\s");

  private static final Pattern BITS =
      Pattern.compile("#define\\s+(STATX_\\w+)\\s+0x(\\p{XDigit}+)U");

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
    String text = text(FILE);
    String stat = text(STAT);
    Matcher struct = STRUCT.matcher(text + stat);
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
    Matcher bits = BITS.matcher(stat);
    while (bits.find()) {
      header.numbers.put(bits.group(1), Long.parseLong(bits.group(2), 16));
    }
    if (!header.structs.containsKey("fuse_statx")) {
      header.addStatx();
    }
    return header;
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).replaceAll("(?s)/\\*.*?\\*/", "");
  }

  /**
   * What headers before 7.39 lack, though newer kernels may run. The structure in the middle is
   * that of statx(2), to the bit.
   */
  private void addStatx() {
    numbers.put("FUSE_STATX", 52L);
    structs.put(
        "fuse_statx_in",
        layOut(words(4, "getattr_flags reserved") + words(8, "fh") + words(4, "sx_flags sx_mask")));
    Map<String, Field> fields = new LinkedHashMap<>();
    Struct statx = struct("statx");
    statx.fields().forEach((name, field) -> fields.put(name.replaceFirst("^stx_", ""), field));
    structs.put("fuse_statx", new Struct(statx.bytes(), statx.align(), fields));
    structs.put(
        "fuse_statx_out",
        layOut(
            words(8, "attr_valid")
                + words(4, "attr_valid_nsec flags")
                + words(8, "spare0 spare1")
                + "struct fuse_statx stat;"));
  }

  private static String words(int bytes, String names) {
    return names.replaceAll("(\\w+)", "uint" + 8 * bytes + "_t $1;");
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
