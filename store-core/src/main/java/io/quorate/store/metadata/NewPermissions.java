package io.quorate.store.metadata;

/**
 * Permissions of what is made, as commands carry them in one number: those to have in the low 12
 * bits, and above them the bits that the maker's umask took away. A directory with a default ACL
 * has the umask's part, so there what was asked for counts.
 */
public final class NewPermissions {
  private static final int ALL = 07777;
  private static final int ALL_BITS = 12;
  private static final int OF_CLASSES = 0777;

  private NewPermissions() {}

  /** What a command carries for these permissions and that umask. */
  public static int of(int asked, int umask) {
    int taken = asked & umask & OF_CLASSES;
    return asked & ALL & ~taken | taken << ALL_BITS;
  }

  /** The permissions with the umask applied. */
  static int masked(int carried) {
    return carried & ALL;
  }

  /** The permissions without it. */
  static int asked(int carried) {
    return (carried | carried >>> ALL_BITS) & ALL;
  }
}
