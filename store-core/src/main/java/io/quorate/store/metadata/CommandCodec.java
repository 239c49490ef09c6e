package io.quorate.store.metadata;

import io.quorate.store.metadata.Command.AllocateMode;
import io.quorate.store.metadata.Command.LockFamily;
import io.quorate.store.metadata.Command.LockType;
import io.quorate.store.metadata.Command.RenameMode;
import io.quorate.store.metadata.Command.XattrMode;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a {@link SessionCommand}, as log entries carry them:
 *
 * <pre>
 * version:byte (1)  session:count  sequence:count  lowestOutstanding:count  kind:byte  fields
 * </pre>
 *
 * The fields of each kind follow in the order in which the record declares them; counts, numbers,
 * bytes and compound values are as {@link Encoder} and {@link Shapes} draw them, enums are one
 * byte. Kinds and enum codes are never given a second meaning; what is new gets a new code.
 */
public final class CommandCodec {
  private static final int VERSION = 1;
  private static final RenameMode[] RENAME_MODES = RenameMode.values();
  private static final XattrMode[] XATTR_MODES = XattrMode.values();
  private static final AllocateMode[] ALLOCATE_MODES = AllocateMode.values();
  private static final LockFamily[] LOCK_FAMILIES = LockFamily.values();
  private static final LockType[] LOCK_TYPES = LockType.values();

  private CommandCodec() {}

  public static byte[] encode(SessionCommand command) {
    Encoder out = new Encoder(128);
    out.putByte(VERSION);
    out.putCount(command.session());
    out.putCount(command.sequence());
    out.putCount(command.lowestOutstanding());
    put(out, command.command());
    return out.toArray();
  }

  /**
   * The command that {@code bytes} hold.
   *
   * @throws MalformedCommandException if they hold none, with what is wrong
   */
  public static SessionCommand decode(byte[] bytes) throws MalformedCommandException {
    Decoder in = new Decoder(bytes);
    int version = in.readByte("version");
    if (version != VERSION) {
      throw new MalformedCommandException(
          "command of version " + version + "; this peer knows " + VERSION + ": upgrade it");
    }
    SessionCommand command =
        new SessionCommand(
            in.readCount("session"),
            in.readCount("sequence"),
            in.readCount("lowest outstanding"),
            read(in));
    in.end("command");
    return command;
  }

  private static void put(Encoder out, Command command) {
    switch (command) {
      case Command.OpenSession c ->
          out.putByte(1).putBytes(Shapes.text(c.owner())).putNumber(c.timeoutMillis());
      case Command.KeepAlive c -> {
        out.putByte(2).putCount(c.handlesAsOf()).putCount(c.held().size());
        c.held().forEach(out::putCount);
        out.putCount(c.chunkFloor());
      }
      case Command.EndSession c -> out.putByte(3).putCount(c.session());
      case Command.Configure c -> {
        out.putByte(4);
        putOptional(out, c.chunkBytes());
        putOptional(out, c.featureLevel());
      }
      case Command.Publish c -> {
        out.putByte(24).putCount(c.inode()).putNumber(c.cutBytes());
        Shapes.putExtents(out, c.writes());
        Shapes.putChunks(out, c.append());
        out.putNumber(c.sizeBytes());
        Shapes.put(out, c.change());
      }
      case Command.Truncate c -> putAt(out, 25, c.at()).putNumber(c.sizeBytes());
      case Command.Allocate c -> {
        out.putByte(26).putCount(c.inode()).putNumber(c.offset()).putNumber(c.lengthBytes());
        out.putByte(c.mode().ordinal());
      }
      case Command.CopyRange c -> {
        out.putByte(27).putCount(c.fromInode()).putNumber(c.fromOffset());
        out.putCount(c.toInode()).putNumber(c.toOffset()).putNumber(c.lengthBytes());
      }
      case Command.Put c -> {
        putAt(out, 28, c.at()).putNumber(c.permissions());
        Shapes.put(out, c.caller());
        Shapes.putExtents(out, c.extents());
        out.putNumber(c.sizeBytes()).putNumber(c.mtimeNanos());
        out.putBoolean(c.condition().ifAbsent()).putNumber(c.condition().ifVersion());
      }
      case Command.Lock c -> {
        out.putByte(32).putCount(c.inode()).putCount(c.owner()).putByte(c.family().ordinal());
        out.putByte(c.type().ordinal()).putNumber(c.startByte()).putNumber(c.endByte());
      }
      case Command.Create _,
          Command.CreateUnnamed _,
          Command.MakeDirectory _,
          Command.MakeSymlink _,
          Command.MakeNode _,
          Command.Link _,
          Command.Unlink _,
          Command.RemoveDirectory _,
          Command.Rename _,
          Command.SetAttributes _,
          Command.SetXattr _,
          Command.RemoveXattr _ ->
          putNamespace(out, command);
    }
  }

  private static void putNamespace(Encoder out, Command command) {
    switch (command) {
      case Command.Create c -> {
        putAt(out, 8, c.at()).putNumber(c.permissions());
        Shapes.put(out, c.caller());
        out.putBoolean(c.exclusive());
      }
      case Command.MakeDirectory c -> {
        putAt(out, 9, c.at()).putNumber(c.permissions());
        Shapes.put(out, c.caller());
      }
      case Command.MakeSymlink c -> {
        putAt(out, 10, c.at()).putBytes(c.target());
        Shapes.put(out, c.caller());
      }
      case Command.MakeNode c -> {
        putAt(out, 11, c.at()).putByte(c.type().ordinal());
        out.putNumber(c.permissions()).putNumber(c.device());
        Shapes.put(out, c.caller());
      }
      case Command.Link c -> {
        putAt(out, 12, c.source());
        Shapes.put(out, c.at());
      }
      case Command.Unlink c -> putAt(out, 13, c.at());
      case Command.RemoveDirectory c -> putAt(out, 14, c.at());
      case Command.Rename c -> {
        putAt(out, 15, c.from());
        Shapes.put(out, c.to());
        out.putByte(c.mode().ordinal());
      }
      case Command.SetAttributes c -> {
        putAt(out, 16, c.at());
        Shapes.put(out, c.change());
      }
      case Command.SetXattr c -> {
        putAt(out, 17, c.at()).putBytes(c.name()).putBytes(c.value());
        out.putByte(c.mode().ordinal());
      }
      case Command.RemoveXattr c -> putAt(out, 18, c.at()).putBytes(c.name());
      case Command.CreateUnnamed c -> {
        putAt(out, 19, c.at()).putNumber(c.permissions());
        Shapes.put(out, c.caller());
        out.putBoolean(c.linkable());
      }
      default -> throw new AssertionError("not a command of the namespace: " + command);
    }
  }

  private static Encoder putAt(Encoder out, int kind, At at) {
    out.putByte(kind);
    Shapes.put(out, at);
    return out;
  }

  private static void putOptional(Encoder out, @Nullable Integer value) {
    out.putBoolean(value != null);
    if (value != null) {
      out.putNumber(value);
    }
  }

  private static Command read(Decoder in) throws MalformedCommandException {
    int kind = in.readByte("kind");
    return switch (kind) {
      case 1 ->
          new Command.OpenSession(Shapes.readText(in, "owner"), in.readNumber("timeoutMillis"));
      case 2 ->
          new Command.KeepAlive(
              in.readCount("handlesAsOf"), readHeld(in), in.readCount("chunk floor"));
      case 3 -> new Command.EndSession(in.readCount("session"));
      case 4 -> new Command.Configure(readOptional(in), readOptional(in));
      case 24 ->
          new Command.Publish(
              in.readCount("inode"),
              in.readNumber("cut"),
              Shapes.readExtents(in),
              Shapes.readChunks(in),
              in.readNumber("size"),
              Shapes.readChange(in));
      case 25 -> new Command.Truncate(Shapes.readAt(in), in.readNumber("size"));
      case 26 ->
          new Command.Allocate(
              in.readCount("inode"),
              in.readNumber("offset"),
              in.readNumber("length"),
              in.readEnum(ALLOCATE_MODES, "allocate mode"));
      case 27 ->
          new Command.CopyRange(
              in.readCount("source"),
              in.readNumber("source offset"),
              in.readCount("target"),
              in.readNumber("target offset"),
              in.readNumber("length"));
      case 28 ->
          new Command.Put(
              Shapes.readAt(in),
              in.readSmall("permissions"),
              Shapes.readCaller(in),
              Shapes.readExtents(in),
              in.readNumber("size"),
              in.readNumber("mtime"),
              new Command.PutCondition(in.readBoolean("ifAbsent"), in.readNumber("ifVersion")));
      case 32 ->
          new Command.Lock(
              in.readCount("inode"),
              in.readCount("owner"),
              in.readEnum(LOCK_FAMILIES, "lock family"),
              in.readEnum(LOCK_TYPES, "lock type"),
              in.readNumber("start"),
              in.readNumber("end"));
      default -> readNamespace(kind, in);
    };
  }

  private static Command readNamespace(int kind, Decoder in) throws MalformedCommandException {
    return switch (kind) {
      case 8 ->
          new Command.Create(
              Shapes.readAt(in),
              in.readSmall("permissions"),
              Shapes.readCaller(in),
              in.readBoolean("exclusive"));
      case 9 ->
          new Command.MakeDirectory(
              Shapes.readAt(in), in.readSmall("permissions"), Shapes.readCaller(in));
      case 10 ->
          new Command.MakeSymlink(
              Shapes.readAt(in),
              in.readBytes("target", 2 * At.MAX_PATH_BYTES),
              Shapes.readCaller(in));
      case 11 ->
          new Command.MakeNode(
              Shapes.readAt(in),
              Shapes.readType(in),
              in.readSmall("permissions"),
              in.readNumber("device"),
              Shapes.readCaller(in));
      case 12 -> new Command.Link(Shapes.readAt(in), Shapes.readAt(in));
      case 13 -> new Command.Unlink(Shapes.readAt(in));
      case 14 -> new Command.RemoveDirectory(Shapes.readAt(in));
      case 15 ->
          new Command.Rename(
              Shapes.readAt(in), Shapes.readAt(in), in.readEnum(RENAME_MODES, "rename mode"));
      case 16 -> new Command.SetAttributes(Shapes.readAt(in), Shapes.readChange(in));
      case 17 ->
          new Command.SetXattr(
              Shapes.readAt(in),
              in.readBytes("xattr name", Shapes.MAX_TEXT_BYTES),
              in.readBytes("xattr value", Shapes.MAX_VALUE_BYTES),
              in.readEnum(XATTR_MODES, "xattr mode"));
      case 18 ->
          new Command.RemoveXattr(
              Shapes.readAt(in), in.readBytes("xattr name", Shapes.MAX_TEXT_BYTES));
      case 19 ->
          new Command.CreateUnnamed(
              Shapes.readAt(in),
              in.readSmall("permissions"),
              Shapes.readCaller(in),
              in.readBoolean("linkable"));
      default -> throw new MalformedCommandException("unknown kind of command " + kind);
    };
  }

  private static SortedSet<Long> readHeld(Decoder in) throws MalformedCommandException {
    int count = in.readElements("held handles", 1);
    SortedSet<Long> held = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      held.add(in.readCount("held handle"));
    }
    return held;
  }

  private static @Nullable Integer readOptional(Decoder in) throws MalformedCommandException {
    return in.readBoolean("presence") ? (Integer) in.readSmall("setting") : null;
  }
}
