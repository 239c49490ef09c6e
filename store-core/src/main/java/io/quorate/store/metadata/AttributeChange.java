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

  public static AttributeChange ofPermissions(int permissions) {
    return new AttributeChange(permissions, null, null, null, null, null);
  }

  public static AttributeChange ofTimes(@Nullable Long atimeNanos, @Nullable Long mtimeNanos) {
    return new AttributeChange(null, null, null, atimeNanos, mtimeNanos, null);
  }
}
