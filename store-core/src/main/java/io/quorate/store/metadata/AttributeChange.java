package io.quorate.store.metadata;

import org.jspecify.annotations.Nullable;

/**
 * Attributes to set; null leaves one alone. A time of {@link #NOW} takes the entry's stamp. A
 * changed owner drops setuid and setgid as POSIX says, unless {@code permissions} is given too.
 */
public record AttributeChange(
    @Nullable Integer permissions,
    @Nullable Integer uid,
    @Nullable Integer gid,
    @Nullable Long atimeNanos,
    @Nullable Long mtimeNanos,
    @Nullable Long birthNanos) {
  /** Stands for the stamp of the log entry. */
  public static final long NOW = Long.MIN_VALUE;

  public static final AttributeChange NONE =
      new AttributeChange(null, null, null, null, null, null);

  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int GROUP_EXECUTE = 00010;

  public static AttributeChange ofPermissions(int permissions) {
    return new AttributeChange(permissions, null, null, null, null, null);
  }

  public static AttributeChange ofTimes(@Nullable Long atimeNanos, @Nullable Long mtimeNanos) {
    return new AttributeChange(null, null, null, atimeNanos, mtimeNanos, null);
  }

  /**
   * What a new owner, or a write by one who is not root, leaves of a file's permissions: no right
   * to run as somebody. setgid without group execute means mandatory locking and stays, as in
   * Linux.
   */
  public static int withoutPrivileges(int permissions) {
    int left = permissions & ~SETUID;
    return (left & GROUP_EXECUTE) != 0 ? left & ~SETGID : left;
  }

  /** This change and then {@code later} as one, for a regular file. */
  public AttributeChange then(AttributeChange later) {
    Integer left = permissions;
    if (left != null && (later.uid != null || later.gid != null)) {
      left = withoutPrivileges(left);
    }
    return new AttributeChange(
        later.permissions != null ? later.permissions : left,
        later.uid != null ? later.uid : uid,
        later.gid != null ? later.gid : gid,
        later.atimeNanos != null ? later.atimeNanos : atimeNanos,
        later.mtimeNanos != null ? later.mtimeNanos : mtimeNanos,
        later.birthNanos != null ? later.birthNanos : birthNanos);
  }

  /** The same with the present time in place of {@link #NOW}. */
  public AttributeChange at(long nowNanos) {
    return new AttributeChange(
        permissions,
        uid,
        gid,
        at(atimeNanos, nowNanos),
        at(mtimeNanos, nowNanos),
        at(birthNanos, nowNanos));
  }

  private static @Nullable Long at(@Nullable Long time, long nowNanos) {
    return time != null && time == NOW ? (Long) nowNanos : time;
  }
}
