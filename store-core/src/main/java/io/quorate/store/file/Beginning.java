package io.quorate.store.file;

import io.quorate.store.metadata.Attributes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A file as one request by path finds it: its attributes, and its first bytes in the same version.
 * Most files end there, and reading one of them costs a single request.
 *
 * @param content the first bytes, for reading only; all of the file if there is no {@code rest}
 * @param rest the file opened for reading, for what {@code content} does not show; to be closed by
 *     whoever got it
 */
public record Beginning(Attributes attributes, ByteBuffer content, @Nullable FileHandle rest) {
  /**
   * Most that is asked for: with it most files of a web site are whole, and a peer that holds a
   * place for as much per request still takes over a hundred of one client's at a time.
   */
  public static final int MOST_BYTES = 128 << 10;
}
