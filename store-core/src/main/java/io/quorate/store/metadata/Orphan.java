package io.quorate.store.metadata;

/**
 * A row {@code o} of {@link MetadataTable#ORPHANS}: an inode without a name, or content that
 * another replaced, kept for those who have it open.
 *
 * <pre>
 * kind:byte  index:count  parked:byte  inode content contentVersion size mappedEnd extentBytes trims:count
 * linkable:byte (1; not there if it is not)
 * </pre>
 *
 * @param ofInode an inode, else a content
 * @param index log index at which it became an orphan
 * @param parked a session holds it: it left the queue until that session lets go
 * @param inode the inode, or the one whose content it was
 * @param content id of the content; 0 if it has none
 * @param contentVersion version that the content had when it was replaced, and keeps
 * @param linkable whether it is an inode that never had a name and may get one
 */
record Orphan(
    boolean ofInode,
    long index,
    boolean parked,
    long inode,
    long content,
    long contentVersion,
    long size,
    long mappedEnd,
    long extentBytes,
    int trims,
    boolean linkable) {

  /** The id by which sessions hold it. */
  long id() {
    return ofInode ? inode : content;
  }

  Orphan withParked(boolean newParked) {
    return new Orphan(
        ofInode,
        index,
        newParked,
        inode,
        content,
        contentVersion,
        size,
        mappedEnd,
        extentBytes,
        trims,
        linkable);
  }

  /** One that has begun to be purged. */
  Orphan withoutLinkable() {
    return new Orphan(
        ofInode,
        index,
        parked,
        inode,
        content,
        contentVersion,
        size,
        mappedEnd,
        extentBytes,
        trims,
        false);
  }

  Orphan withTrims(int newTrims) {
    return new Orphan(
        ofInode,
        index,
        parked,
        inode,
        content,
        contentVersion,
        size,
        mappedEnd,
        extentBytes,
        newTrims,
        linkable);
  }

  byte[] encode() {
    Encoder out = new Encoder(64).putByte(ofInode ? 1 : 2).putCount(index).putBoolean(parked);
    out.putCount(inode).putCount(content).putCount(contentVersion).putCount(size);
    out.putCount(mappedEnd).putCount(extentBytes).putCount(trims);
    if (linkable) {
      out.putBoolean(true);
    }
    return out.toArray();
  }

  static Orphan decode(byte[] row) {
    Decoder in = new Decoder(row);
    try {
      return new Orphan(
          in.readByte("kind") == 1,
          in.readCount("index"),
          in.readBoolean("parked"),
          in.readCount("inode"),
          in.readCount("content"),
          in.readCount("content version"),
          in.readCount("size"),
          in.readCount("mapped end"),
          in.readCount("extent bytes"),
          (int) in.readCount("trims"),
          in.remaining() > 0 && in.readBoolean("linkable"));
    } catch (MalformedCommandException e) {
      throw new IllegalStateException("a row of an orphan is damaged", e);
    }
  }
}
