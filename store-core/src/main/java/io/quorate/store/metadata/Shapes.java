package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values that several messages carry (see {@link Encoder} for the elements):
 *
 * <pre>
 * at         base:count  path:bytes  follow:byte
 * caller     uid:number  gid:number
 * chunk      session:count  number:count  length:count  crc32c:int
 * extent     offset:count  chunk  chunkOffset:count  length:count
 * change     which:byte (bits 0 to 5 in the order of the fields)  each field that is there:number
 * attributes inode content version contentVersion:count  type:byte  permissions links:number
 *            uid gid device size allocated atime mtime ctime birth:number
 * </pre>
 */
final class Shapes {
  /** Longest text and longest list element that any message may carry, in bytes. */
  static final int MAX_TEXT_BYTES = 4096;

  /** Largest value of an extended attribute, with room to refuse what is larger by name. */
  static final int MAX_VALUE_BYTES = 1 << 20;

  private static final int LEAST_BYTES_OF_AN_EXTENT = 10;
  private static final int LEAST_BYTES_OF_A_CHUNK = 7;
  private static final FileType[] TYPES = FileType.values();

  private Shapes() {}

  static void put(Encoder out, At at) {
    out.putCount(at.base()).putBytes(at.path()).putBoolean(at.follow());
  }

  /**
   * Paths over the limit decode up to twice it, so that the state machine can say what is wrong.
   */
  static At readAt(Decoder in) throws MalformedCommandException {
    return new At(
        in.readCount("base"),
        in.readBytes("path", 2 * At.MAX_PATH_BYTES),
        in.readBoolean("follow"));
  }

  static void put(Encoder out, Caller caller) {
    out.putNumber(caller.uid()).putNumber(caller.gid());
  }

  static Caller readCaller(Decoder in) throws MalformedCommandException {
    return new Caller(in.readSmall("uid"), in.readSmall("gid"));
  }

  static void put(Encoder out, ChunkRef chunk) {
    out.putCount(chunk.id().session())
        .putCount(chunk.id().number())
        .putCount(chunk.lengthBytes())
        .putInt(chunk.crc32c());
  }

  static ChunkRef readChunk(Decoder in) throws MalformedCommandException {
    ChunkId id = new ChunkId(in.readCount("chunk session"), in.readCount("chunk number"));
    long length = in.readCount("chunk length");
    if (length < 1 || length > ChunkRef.MAX_BYTES) {
      throw new MalformedCommandException(
          "chunk " + id + " has " + length + " bytes; 1 to " + ChunkRef.MAX_BYTES);
    }
    return new ChunkRef(id, (int) length, in.readInt("chunk crc32c"));
  }

  static void putChunks(Encoder out, List<ChunkRef> chunks) {
    out.putCount(chunks.size());
    for (ChunkRef chunk : chunks) {
      put(out, chunk);
    }
  }

  static List<ChunkRef> readChunks(Decoder in) throws MalformedCommandException {
    int count = in.readElements("chunks", LEAST_BYTES_OF_A_CHUNK);
    List<ChunkRef> chunks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      chunks.add(readChunk(in));
    }
    return chunks;
  }

  static void put(Encoder out, Extent extent) {
    out.putCount(extent.fileOffset());
    put(out, extent.chunk());
    out.putCount(extent.chunkOffset()).putCount(extent.lengthBytes());
  }

  static Extent readExtent(Decoder in) throws MalformedCommandException {
    long fileOffset = in.readCount("extent offset");
    ChunkRef chunk = readChunk(in);
    long chunkOffset = in.readCount("offset in chunk");
    long length = in.readCount("extent length");
    if (fileOffset < 0
        || chunkOffset < 0
        || length < 1
        || chunkOffset > chunk.lengthBytes()
        || length > chunk.lengthBytes() - chunkOffset) {
      throw new MalformedCommandException(
          "extent at " + fileOffset + " takes " + chunkOffset + "+" + length + " of " + chunk);
    }
    return new Extent(fileOffset, chunk, (int) chunkOffset, (int) length);
  }

  static void putExtents(Encoder out, List<Extent> extents) {
    out.putCount(extents.size());
    for (Extent extent : extents) {
      put(out, extent);
    }
  }

  static List<Extent> readExtents(Decoder in) throws MalformedCommandException {
    int count = in.readElements("extents", LEAST_BYTES_OF_AN_EXTENT);
    List<Extent> extents = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      extents.add(readExtent(in));
    }
    return extents;
  }

  static void put(Encoder out, AttributeChange change) {
    @Nullable Number[] fields = {
      change.permissions(),
      change.uid(),
      change.gid(),
      change.atimeNanos(),
      change.mtimeNanos(),
      change.birthNanos()
    };
    int which = 0;
    for (int i = 0; i < fields.length; i++) {
      which |= fields[i] == null ? 0 : 1 << i;
    }
    out.putByte(which);
    for (Number field : fields) {
      if (field != null) {
        out.putNumber(field.longValue());
      }
    }
  }

  static AttributeChange readChange(Decoder in) throws MalformedCommandException {
    int which = in.readByte("changed attributes");
    if (which >= 1 << 6) {
      throw new MalformedCommandException("unknown attributes are to change: " + which);
    }
    return new AttributeChange(
        (which & 1) == 0 ? null : (Integer) in.readSmall("permissions"),
        (which & 2) == 0 ? null : (Integer) in.readSmall("uid"),
        (which & 4) == 0 ? null : (Integer) in.readSmall("gid"),
        (which & 8) == 0 ? null : (Long) in.readNumber("atime"),
        (which & 16) == 0 ? null : (Long) in.readNumber("mtime"),
        (which & 32) == 0 ? null : (Long) in.readNumber("birth"));
  }

  static void put(Encoder out, Attributes a) {
    out.putCount(a.inode()).putCount(a.content()).putCount(a.version());
    out.putCount(a.contentVersion()).putByte(a.type().ordinal());
    out.putNumber(a.permissions()).putNumber(a.links()).putNumber(a.uid()).putNumber(a.gid());
    out.putNumber(a.device()).putNumber(a.sizeBytes()).putNumber(a.allocatedBytes());
    out.putNumber(a.atimeNanos()).putNumber(a.mtimeNanos());
    out.putNumber(a.ctimeNanos()).putNumber(a.birthNanos());
  }

  static Attributes readAttributes(Decoder in) throws MalformedCommandException {
    return new Attributes(
        in.readCount("inode"),
        in.readCount("content"),
        in.readCount("version"),
        in.readCount("content version"),
        readType(in),
        in.readSmall("permissions"),
        in.readSmall("links"),
        in.readSmall("uid"),
        in.readSmall("gid"),
        in.readNumber("device"),
        in.readNumber("size"),
        in.readNumber("allocated bytes"),
        in.readNumber("atime"),
        in.readNumber("mtime"),
        in.readNumber("ctime"),
        in.readNumber("birth"));
  }

  static FileType readType(Decoder in) throws MalformedCommandException {
    return in.readEnum(TYPES, "file type");
  }

  static Bytes text(String text) {
    Bytes bytes = Bytes.utf8(text);
    return bytes.length() <= MAX_TEXT_BYTES ? bytes : bytes.slice(0, MAX_TEXT_BYTES);
  }

  static String readText(Decoder in, String what) throws MalformedCommandException {
    return in.readBytes(what, MAX_TEXT_BYTES).toString();
  }
}
