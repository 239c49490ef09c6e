package io.quorate.store.metadata;

import io.quorate.store.metadata.Command.LockFamily;
import io.quorate.store.metadata.Command.LockType;

/**
 * Bytes of a {@link Query}, as a client's request carries them: {@code version:byte (1) kind:byte
 * fields}, the fields in the order of the record, as {@link CommandCodec} has them.
 */
public final class QueryCodec {
  private static final int VERSION = 1;
  private static final LockFamily[] LOCK_FAMILIES = LockFamily.values();
  private static final LockType[] LOCK_TYPES = LockType.values();

  private QueryCodec() {}

  public static byte[] encode(Query query) {
    Encoder out = new Encoder(96);
    out.putByte(VERSION);
    switch (query) {
      case Query.Stat q -> Shapes.put(out.putByte(1), q.at());
      case Query.ReadSymlink q -> Shapes.put(out.putByte(2), q.at());
      case Query.ListDirectory q -> {
        Shapes.put(out.putByte(3), q.at());
        out.putBytes(q.after()).putNumber(q.limit()).putBoolean(q.attributes());
      }
      case Query.GetXattr q -> {
        Shapes.put(out.putByte(4), q.at());
        out.putBytes(q.name());
      }
      case Query.ListXattrs q -> Shapes.put(out.putByte(5), q.at());
      case Query.MapContent q -> {
        Shapes.put(out.putByte(6), q.at());
        out.putCount(q.content()).putNumber(q.offset());
        out.putNumber(q.lengthBytes()).putNumber(q.limit());
      }
      case Query.TestLock q -> {
        out.putByte(7).putCount(q.session()).putCount(q.inode()).putCount(q.owner());
        out.putByte(q.family().ordinal()).putByte(q.type().ordinal());
        out.putNumber(q.startByte()).putNumber(q.endByte());
      }
      case Query.Totals _ -> out.putByte(8);
    }
    return out.toArray();
  }

  /**
   * The query that {@code bytes} hold.
   *
   * @throws MalformedCommandException if they hold none, with what is wrong
   */
  public static Query decode(byte[] bytes) throws MalformedCommandException {
    Decoder in = new Decoder(bytes);
    int version = in.readByte("version");
    if (version != VERSION) {
      throw new MalformedCommandException("query of the unknown version " + version);
    }
    Query query = read(in);
    in.end("query");
    return query;
  }

  private static Query read(Decoder in) throws MalformedCommandException {
    int kind = in.readByte("kind");
    return switch (kind) {
      case 1 -> new Query.Stat(Shapes.readAt(in));
      case 2 -> new Query.ReadSymlink(Shapes.readAt(in));
      case 3 ->
          new Query.ListDirectory(
              Shapes.readAt(in),
              in.readBytes("name", Shapes.MAX_TEXT_BYTES),
              in.readSmall("limit"),
              in.readBoolean("attributes"));
      case 4 ->
          new Query.GetXattr(Shapes.readAt(in), in.readBytes("xattr name", Shapes.MAX_TEXT_BYTES));
      case 5 -> new Query.ListXattrs(Shapes.readAt(in));
      case 6 ->
          new Query.MapContent(
              Shapes.readAt(in),
              in.readCount("content"),
              in.readNumber("offset"),
              in.readNumber("length"),
              in.readSmall("limit"));
      case 7 ->
          new Query.TestLock(
              in.readCount("session"),
              in.readCount("inode"),
              in.readCount("owner"),
              in.readEnum(LOCK_FAMILIES, "lock family"),
              in.readEnum(LOCK_TYPES, "lock type"),
              in.readNumber("start"),
              in.readNumber("end"));
      case 8 -> new Query.Totals();
      default -> throw new MalformedCommandException("unknown kind of query " + kind);
    };
  }
}
