package io.quorate.store.metadata;

/**
 * What a cluster may be told to do. The level is replicated and never goes down; it is raised when
 * every member knows the new one, since a peer that does not would apply the same entry in another
 * way.
 */
public final class FeatureLevels {
  /** Where every cluster begins. */
  public static final int FIRST = 1;

  /** POSIX ACLs are more than attributes: they and the mode bits change each other. */
  public static final int POSIX_ACLS = 2;

  /** Files without a name: {@link Command.CreateUnnamed}. */
  public static final int UNNAMED_FILES = 3;

  /** The highest that this build knows. */
  public static final int HIGHEST = UNNAMED_FILES;

  private FeatureLevels() {}

  /**
   * Makes sure that this build can go on with a state.
   *
   * @throws IllegalStateException if it can not; the peer must stop
   */
  static void requireKnown(int level) {
    if (level > HIGHEST) {
      throw new IllegalStateException(
          "the cluster's feature level is "
              + level
              + "; this version knows up to "
              + HIGHEST
              + ": upgrade it");
    }
  }
}
