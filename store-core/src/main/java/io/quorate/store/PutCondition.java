package io.quorate.store;

/**
 * What must hold for a put to happen; checked where the put is ordered among all others, so that of
 * two puts on one condition at most one succeeds.
 *
 * @param absent the file must not exist, else {@link java.nio.file.FileAlreadyExistsException}
 * @param version the file's content must have this version, else {@link ConditionFailedException};
 *     −1 for any
 */
public record PutCondition(boolean absent, long version) {
  private static final PutCondition ALWAYS = new PutCondition(false, -1);
  private static final PutCondition IF_ABSENT = new PutCondition(true, -1);

  public PutCondition {
    if (version < -1 || (absent && version != -1)) {
      throw new IllegalArgumentException(
          "version is " + version + "; a version is 0 or more, and a file that is absent has none");
    }
  }

  /** No condition: an existing file is replaced. */
  public static PutCondition always() {
    return ALWAYS;
  }

  /** Only if there is no such file. */
  public static PutCondition ifAbsent() {
    return IF_ABSENT;
  }

  /** Only if the file's content is still {@code version}. */
  public static PutCondition ifVersion(FileVersion version) {
    return new PutCondition(false, version.version());
  }
}
