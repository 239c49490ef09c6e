package io.quorate.store.nio;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Paths as URIs: {@code quorate://AUTHORITY/PATH}, each byte that is not plain as %XX, so that
 * names that are not UTF-8 come back as they were.
 */
final class UriPaths {
  private UriPaths() {}

  /** The URI of an absolute path's bytes. */
  static URI format(String authority, byte[] absolute) {
    StringBuilder text =
        new StringBuilder(QuorateFileSystemProvider.SCHEME).append("://").append(authority);
    for (byte next : absolute) {
      int c = next & 0xff;
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "/-_.~!$&'()*+,;=:@".indexOf(c) >= 0;
      if (plain) {
        text.append((char) c);
      } else {
        text.append('%');
        text.append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        text.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return URI.create(text.toString());
  }

  /**
   * The path that a URI names. Characters beyond ASCII that are not quoted stand for their UTF-8.
   *
   * @throws IllegalArgumentException if it has no path, or a query, a fragment or a NUL
   */
  static QuoratePath parse(QuorateFileSystem fileSystem, URI uri) {
    String raw = uri.getRawPath();
    if (raw == null || raw.isEmpty()) {
      throw new IllegalArgumentException(
          uri + " has no path; the root is " + fileSystem.root().toUri());
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          uri + ": a file's URI has no query and no fragment; quote '?' as %3F and '#' as %23");
    }
    byte[] quoted = raw.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(quoted.length);
    for (int i = 0; i < quoted.length; i++) {
      int next = quoted[i];
      if (next == '%') {
        // URI has checked that two hexadecimal digits follow.
        next = Character.digit(quoted[i + 1], 16) << 4 | Character.digit(quoted[i + 2], 16);
        i += 2;
      }
      if (next == 0) {
        throw new IllegalArgumentException(uri + ": a path can not hold a NUL character");
      }
      bytes.write(next);
    }
    return QuoratePath.ofRaw(fileSystem, bytes.toByteArray());
  }
}
