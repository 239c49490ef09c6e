package io.quorate.store.metadata;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of an {@link Answer}, as the reply to a client carries them: {@code version:byte (1)
 * kind:byte fields}, the fields in the order of the record, as {@link CommandCodec} has them.
 */
public final class AnswerCodec {
  private static final int VERSION = 1;
  private static final int LEAST_BYTES_OF_A_DIRENT = 4;

  private AnswerCodec() {}

  public static byte[] encode(Answer answer) {
    Encoder out = new Encoder(128);
    out.putByte(VERSION);
    switch (answer) {
      case Answer.Failed a ->
          out.putByte(1).putByte(a.code().ordinal()).putBytes(Shapes.text(a.detail()));
      case Answer.Stat a -> Shapes.put(out.putByte(2), a.attributes());
      case Answer.Symlink a -> out.putByte(3).putBytes(a.target());
      case Answer.Listing a -> {
        Shapes.put(out.putByte(4), a.directory());
        out.putCount(a.entries().size());
        for (Answer.DirectoryEntry entry : a.entries()) {
          put(out, entry);
        }
        out.putBoolean(a.end());
      }
      case Answer.Xattr a -> out.putByte(5).putBytes(a.value());
      case Answer.Xattrs a -> {
        out.putByte(6).putCount(a.names().size());
        a.names().forEach(out::putBytes);
      }
      case Answer.ContentMap a -> {
        Shapes.put(out.putByte(7), a.attributes());
        Shapes.putExtents(out, a.extents());
        out.putBoolean(a.end());
      }
      case Answer.Unlocked _ -> out.putByte(8);
      case Answer.Locked a -> ResultCodec.putConflict(out.putByte(9), a.conflict());
      case Answer.Totals a -> out.putByte(10).putNumber(a.inodes()).putNumber(a.contentBytes());
    }
    return out.toArray();
  }

  private static void put(Encoder out, Answer.DirectoryEntry entry) {
    Attributes attributes = entry.attributes();
    out.putBytes(entry.name()).putCount(entry.inode()).putByte(entry.type().ordinal());
    out.putBoolean(attributes != null);
    if (attributes != null) {
      Shapes.put(out, attributes);
    }
  }

  /**
   * The answer that {@code bytes} hold.
   *
   * @throws MalformedCommandException if they hold none, with what is wrong
   */
  public static Answer decode(byte[] bytes) throws MalformedCommandException {
    Decoder in = new Decoder(bytes);
    int version = in.readByte("version");
    if (version != VERSION) {
      throw new MalformedCommandException("answer of the unknown version " + version);
    }
    Answer answer = read(in);
    in.end("answer");
    return answer;
  }

  private static Answer read(Decoder in) throws MalformedCommandException {
    int kind = in.readByte("kind");
    return switch (kind) {
      case 1 -> new Answer.Failed(ResultCodec.readCode(in), Shapes.readText(in, "detail"));
      case 2 -> new Answer.Stat(Shapes.readAttributes(in));
      case 3 -> new Answer.Symlink(in.readBytes("target", 2 * At.MAX_PATH_BYTES));
      case 4 ->
          new Answer.Listing(Shapes.readAttributes(in), readEntries(in), in.readBoolean("end"));
      case 5 -> new Answer.Xattr(in.readBytes("xattr value", Shapes.MAX_VALUE_BYTES));
      case 6 -> new Answer.Xattrs(readNames(in));
      case 7 ->
          new Answer.ContentMap(
              Shapes.readAttributes(in), Shapes.readExtents(in), in.readBoolean("end"));
      case 8 -> new Answer.Unlocked();
      case 9 -> new Answer.Locked(ResultCodec.readConflict(in));
      case 10 -> new Answer.Totals(in.readNumber("inodes"), in.readNumber("content bytes"));
      default -> throw new MalformedCommandException("unknown kind of answer " + kind);
    };
  }

  private static List<Answer.DirectoryEntry> readEntries(Decoder in)
      throws MalformedCommandException {
    int count = in.readElements("directory entries", LEAST_BYTES_OF_A_DIRENT);
    List<Answer.DirectoryEntry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Bytes name = in.readBytes("name", Shapes.MAX_TEXT_BYTES);
      long inode = in.readCount("inode");
      FileType type = Shapes.readType(in);
      @Nullable Attributes attributes =
          in.readBoolean("presence of attributes") ? Shapes.readAttributes(in) : null;
      entries.add(new Answer.DirectoryEntry(name, inode, type, attributes));
    }
    return entries;
  }

  private static List<Bytes> readNames(Decoder in) throws MalformedCommandException {
    int count = in.readElements("xattr names", 1);
    List<Bytes> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      names.add(in.readBytes("xattr name", Shapes.MAX_TEXT_BYTES));
    }
    return names;
  }
}
