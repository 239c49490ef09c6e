package io.quorate.store.peer;

import io.quorate.store.metadata.Digest;
import io.quorate.store.metadata.Metadata;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What a checkpoint is: the state after one entry, and the files that hold it.
 *
 * <pre>
 *   magic "QCKP" 4 · version 4 · id 8 · index 8 · term 8 · stamp 8 · digest 16
 *   membership: length 4, bytes · files: count 4, each: name length 2, name, length 8 · CRC32C 4
 * </pre>
 *
 * All big-endian. This is how it goes over the wire, and how it is kept beside the files.
 *
 * @param id random; files of two checkpoints are never mixed
 * @param state what the files hold
 */
public record CheckpointManifest(long id, Metadata.Moment state, List<File> files) {
  /** Name of the file that holds the manifest, beside those that it names. */
  public static final String FILE_NAME = "manifest";

  static final int MAX_BYTES = 1 << 20;
  private static final int MAGIC = 0x51434B50;
  private static final int VERSION = 1;
  private static final int FIXED_BYTES = 4 + 4 + 8 + 8 + 8 + 8 + 16 + 4 + 4 + 4;

  /** A file of the copy. */
  public record File(String name, long lengthBytes) {
    public File {
      if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}") || name.equals(FILE_NAME)) {
        throw new IllegalArgumentException("no file of a checkpoint is named \"" + name + "\"");
      }
      if (lengthBytes < 0) {
        throw new IllegalArgumentException("a file of " + lengthBytes + " bytes");
      }
    }
  }

  public CheckpointManifest {
    files = List.copyOf(files);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CheckpointManifest manifest
        && Arrays.equals(encode(), manifest.encode());
  }

  @Override
  public int hashCode() {
    return Long.hashCode(id);
  }

  long index() {
    return state.index();
  }

  long term() {
    return state.term();
  }

  /** Bytes of all files. */
  long totalBytes() {
    return files.stream().mapToLong(File::lengthBytes).sum();
  }

  /** As drawn above. */
  public byte[] encode() {
    int bytes = FIXED_BYTES + state.membership().length;
    for (File file : files) {
      bytes += 2 + file.name().length() + 8;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    out.putInt(MAGIC).putInt(VERSION).putLong(id);
    out.putLong(state.index()).putLong(state.term()).putLong(state.stampNanos());
    out.putLong(state.digest().high()).putLong(state.digest().low());
    out.putInt(state.membership().length).put(state.membership());
    out.putInt(files.size());
    for (File file : files) {
      byte[] name = file.name().getBytes(StandardCharsets.US_ASCII);
      out.putShort((short) name.length).put(name).putLong(file.lengthBytes());
    }
    out.putInt(crc32c(out.array(), bytes - 4));
    return out.array();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is something else, or damaged
   */
  public static CheckpointManifest decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < FIXED_BYTES
        || in.getInt(bytes.length - 4) != crc32c(bytes, bytes.length - 4)
        || in.getInt() != MAGIC
        || in.getInt() != VERSION) {
      throw new IllegalArgumentException("this is no manifest of a checkpoint, or is damaged");
    }
    try {
      long id = in.getLong();
      long index = in.getLong();
      long term = in.getLong();
      long stampNanos = in.getLong();
      Digest digest = new Digest(in.getLong(), in.getLong());
      byte[] membership = take(in, in.getInt());
      List<File> files = new ArrayList<>();
      for (int left = in.getInt(); left > 0; left--) {
        String name = new String(take(in, in.getShort()), StandardCharsets.US_ASCII);
        files.add(new File(name, in.getLong()));
      }
      return new CheckpointManifest(
          id, new Metadata.Moment(index, term, stampNanos, digest, membership), files);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("the manifest of a checkpoint ends early", e);
    }
  }

  private static byte[] take(ByteBuffer in, int length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static int crc32c(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
