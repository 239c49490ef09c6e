package io.quorate.store;

/**
 * A file's content at one moment.
 *
 * @param sizeBytes its length
 * @param version rises with every change of the content; for {@link PutCondition#ifVersion}
 */
public record FileVersion(long sizeBytes, long version) {

  /**
   * A strong HTTP entity tag, quotes included. No two contents of a cluster have the same one, be
   * it at one path or at two; renaming a file, or changing its attributes, leaves it as it is.
   */
  public String etag() {
    return "\"" + Long.toHexString(version) + "-" + Long.toHexString(sizeBytes) + "\"";
  }
}
