package io.quorate.store.metadata;

/**
 * The row {@code a} of {@link MetadataTable#STATE}: what exists once, rewritten by every entry.
 *
 * <pre>
 * format:byte (2)  index term stamp nextId inodes contentBytes trims chunkBytes featureLevel:count
 * </pre>
 */
final class Globals {
  static final byte[] KEY = {'a'};

  /** 2: an orphan keeps the version of its content. */
  private static final int FORMAT = 2;

  long index;
  long term;
  long stampNanos;

  /** Next inode or content id; also tells older from newer extents (see {@link Extents}). */
  long nextId;

  long inodes;
  long contentBytes;

  /** Trims of all contents that are not purged yet. */
  long trims;

  int chunkBytes;
  int featureLevel;

  Globals copy() {
    Globals copy = new Globals();
    copy.index = index;
    copy.term = term;
    copy.stampNanos = stampNanos;
    copy.nextId = nextId;
    copy.inodes = inodes;
    copy.contentBytes = contentBytes;
    copy.trims = trims;
    copy.chunkBytes = chunkBytes;
    copy.featureLevel = featureLevel;
    return copy;
  }

  byte[] encode() {
    Encoder out = new Encoder(80).putByte(FORMAT);
    out.putCount(index).putCount(term).putCount(stampNanos).putCount(nextId);
    out.putCount(inodes).putCount(contentBytes).putCount(trims);
    out.putCount(chunkBytes).putCount(featureLevel);
    return out.toArray();
  }

  static Globals decode(byte[] row) {
    Decoder in = new Decoder(row);
    try {
      int format = in.readByte("format");
      if (format != FORMAT) {
        throw new IllegalStateException(
            "the metadata has format "
                + format
                + "; this version reads "
                + FORMAT
                + (format > FORMAT
                    ? ": upgrade it"
                    : ": an earlier one wrote it, and only that one can read it"));
      }
      Globals globals = new Globals();
      globals.index = in.readCount("index");
      globals.term = in.readCount("term");
      globals.stampNanos = in.readCount("stamp");
      globals.nextId = in.readCount("next id");
      globals.inodes = in.readCount("inodes");
      globals.contentBytes = in.readCount("content bytes");
      globals.trims = in.readCount("trims");
      globals.chunkBytes = (int) in.readCount("chunk bytes");
      globals.featureLevel = (int) in.readCount("feature level");
      return globals;
    } catch (MalformedCommandException e) {
      throw new IllegalStateException("the row of global state is damaged", e);
    }
  }
}
