package io.quorate.store.metadata;

import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.ChangeSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of {@link ChangeSet}s, as a peer tells a client what changed: {@code version:byte (1)
 * count}, and for each set {@code index stamp count} and its changes, the fields in the order of
 * the record, as {@link CommandCodec} has them.
 */
public final class ChangeCodec {
  private static final int VERSION = 1;
  private static final int LEAST_BYTES_OF_A_SET = 3;
  private static final int LEAST_BYTES_OF_A_CHANGE = 8;
  private static final Change.Kind[] KINDS = Change.Kind.values();

  private ChangeCodec() {}

  public static byte[] encode(List<ChangeSet> sets) {
    Encoder out = new Encoder(256);
    out.putByte(VERSION).putCount(sets.size());
    for (ChangeSet set : sets) {
      out.putCount(set.index()).putNumber(set.stampNanos()).putCount(set.changes().size());
      for (Change change : set.changes()) {
        out.putByte(change.kind().ordinal()).putCount(change.inode());
        out.putByte(change.type().ordinal()).putCount(change.parent());
        out.putBytes(change.directory()).putBytes(change.name());
        out.putCount(change.contentVersion()).putCount(change.move());
      }
    }
    return out.toArray();
  }

  /**
   * The sets that {@code bytes} hold.
   *
   * @throws MalformedCommandException if they hold none, with what is wrong
   */
  public static List<ChangeSet> decode(byte[] bytes) throws MalformedCommandException {
    Decoder in = new Decoder(bytes);
    int version = in.readByte("version");
    if (version != VERSION) {
      throw new MalformedCommandException("changes of the unknown version " + version);
    }
    int count = in.readElements("change sets", LEAST_BYTES_OF_A_SET);
    List<ChangeSet> sets = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      sets.add(new ChangeSet(in.readCount("index"), in.readNumber("stamp"), readChanges(in)));
    }
    in.end("changes");
    return sets;
  }

  private static List<Change> readChanges(Decoder in) throws MalformedCommandException {
    int count = in.readElements("changes", LEAST_BYTES_OF_A_CHANGE);
    List<Change> changes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      changes.add(
          new Change(
              in.readEnum(KINDS, "kind of change"),
              in.readCount("inode"),
              Shapes.readType(in),
              in.readCount("parent"),
              in.readBytes("directory", Shapes.MAX_VALUE_BYTES),
              in.readBytes("name", Shapes.MAX_TEXT_BYTES),
              in.readCount("content version"),
              (int) in.readCount("move")));
    }
    return changes;
  }
}
