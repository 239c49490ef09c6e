package io.quorate.store.metadata;

import io.quorate.store.metadata.Command.LockType;

/**
 * Bytes of a {@link Result}, as the sessions' window keeps them and replies carry them: {@code
 * version:byte (1) kind:byte fields}, the fields in the order of the record.
 */
public final class ResultCodec {
  private static final int VERSION = 1;
  private static final ErrorCode[] CODES = ErrorCode.values();
  private static final LockType[] LOCK_TYPES = LockType.values();

  private ResultCodec() {}

  public static byte[] encode(Result result) {
    Encoder out = new Encoder(96);
    out.putByte(VERSION);
    put(out, result);
    return out.toArray();
  }

  /**
   * The result that {@code bytes} hold.
   *
   * @throws MalformedCommandException if they hold none, with what is wrong
   */
  public static Result decode(byte[] bytes) throws MalformedCommandException {
    Decoder in = new Decoder(bytes);
    int version = in.readByte("version");
    if (version != VERSION) {
      throw new MalformedCommandException("result of the unknown version " + version);
    }
    Result result = read(in);
    in.end("result");
    return result;
  }

  private static void put(Encoder out, Result result) {
    switch (result) {
      case Result.Failed r ->
          out.putByte(1).putByte(r.code().ordinal()).putBytes(Shapes.text(r.detail()));
      case Result.Done _ -> out.putByte(2);
      case Result.Opened r -> out.putByte(3).putCount(r.session());
      case Result.Node r -> {
        Shapes.put(out.putByte(4), r.attributes());
        out.putBoolean(r.created());
      }
      case Result.Published r -> {
        Shapes.put(out.putByte(5), r.attributes());
        out.putNumber(r.appendOffset());
      }
      case Result.LockConflict r -> putConflict(out.putByte(6), r);
      case Result.Copied r -> {
        Shapes.put(out.putByte(7), r.attributes());
        out.putNumber(r.copiedBytes());
      }
    }
  }

  private static Result read(Decoder in) throws MalformedCommandException {
    int kind = in.readByte("kind");
    return switch (kind) {
      case 1 -> new Result.Failed(readCode(in), Shapes.readText(in, "detail"));
      case 2 -> new Result.Done();
      case 3 -> new Result.Opened(in.readCount("session"));
      case 4 -> new Result.Node(Shapes.readAttributes(in), in.readBoolean("created"));
      case 5 -> new Result.Published(Shapes.readAttributes(in), in.readNumber("append offset"));
      case 6 -> readConflict(in);
      case 7 -> new Result.Copied(Shapes.readAttributes(in), in.readNumber("copied bytes"));
      default -> throw new MalformedCommandException("unknown kind of result " + kind);
    };
  }

  static ErrorCode readCode(Decoder in) throws MalformedCommandException {
    return in.readEnum(CODES, "error code");
  }

  static void putConflict(Encoder out, Result.LockConflict conflict) {
    out.putCount(conflict.session()).putCount(conflict.owner());
    out.putByte(conflict.type().ordinal());
    out.putNumber(conflict.startByte()).putNumber(conflict.endByte());
  }

  static Result.LockConflict readConflict(Decoder in) throws MalformedCommandException {
    return new Result.LockConflict(
        in.readCount("session"),
        in.readCount("owner"),
        in.readEnum(LOCK_TYPES, "lock type"),
        in.readNumber("start"),
        in.readNumber("end"));
  }
}
