package io.quorate.store.fuse.mount;

import io.quorate.store.fuse.kernel.Caching;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** How a tree is mounted: what {@code -o} of mount(8) and fstab(5) say. */
public final class MountOptions {
  /** The words, for whoever writes a wrong one. */
  public static final String WORDS =
      "ro, rw, sync, allow_other, noexec, dev, suid, noacl, uid=N, gid=N, umask=OCTAL, subdir=PATH,"
          + " attr_timeout=SECONDS, entry_timeout=SECONDS, no_quorum=eio|erofs|wait, fsname=NAME";

  /** What mount(8) passes on from fstab, and is not for us. */
  private static final Set<String> OTHERS =
      Set.of(
          "defaults",
          "auto",
          "noauto",
          "user",
          "nouser",
          "users",
          "nofail",
          "_netdev",
          "async",
          "exec",
          "nodev",
          "nosuid",
          "atime",
          "noatime",
          "relatime",
          "norelatime",
          "strictatime",
          "diratime",
          "nodiratime",
          "owner",
          "group");

  private static final long NANOS = 1_000_000_000L;

  /** A day; who wants more must mean something else. */
  private static final long LONGEST_CACHE_SECONDS = 86_400;

  private @Nullable String source;
  private boolean readOnly;
  private boolean sync;
  private boolean allowOther;
  private boolean noExecute;
  private boolean devices;
  private boolean setuid;
  private boolean acl = true;
  private int uid = -1;
  private int gid = -1;
  private int umask = -1;
  private String directory = "";
  private long attributeNanos;
  private long entryNanos;
  private WithoutQuorum withoutQuorum = WithoutQuorum.EIO;

  private MountOptions() {}

  /**
   * Reads options.
   *
   * @param words each one option; later ones win
   * @param root whether root mounts, for whom others may use the mount unless it says otherwise
   * @throws IllegalArgumentException if one can not be used, and why
   */
  public static MountOptions parse(List<String> words, boolean root) {
    MountOptions options = new MountOptions();
    options.allowOther = root;
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        options.flag(word);
      } else {
        options.value(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return options;
  }

  private void flag(String word) {
    switch (word) {
      case "ro" -> readOnly = true;
      case "rw" -> readOnly = false;
      case "sync" -> sync = true;
      case "allow_other" -> allowOther = true;
      case "noexec" -> noExecute = true;
      case "dev" -> devices = true;
      case "suid" -> setuid = true;
      case "acl" -> acl = true;
      case "noacl" -> acl = false;
      default -> {
        if (!word.isEmpty() && !OTHERS.contains(word) && !word.startsWith("x-")) {
          throw unknown(word);
        }
      }
    }
  }

  private void value(String name, String value) {
    switch (name) {
      case "uid" -> number(name, value, 10, Integer.MAX_VALUE, n -> uid = (int) n);
      case "gid" -> number(name, value, 10, Integer.MAX_VALUE, n -> gid = (int) n);
      case "umask" -> number(name, value, 8, 0777, n -> umask = (int) n);
      case "subdir" -> directory = value;
      case "attr_timeout" -> attributeNanos = seconds(name, value);
      case "entry_timeout" -> entryNanos = seconds(name, value);
      case "fsname" -> source = value;
      case "no_quorum" -> {
        try {
          withoutQuorum = WithoutQuorum.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "option no_quorum is '" + value + "'; use eio, erofs or wait", e);
        }
      }
      default -> {
        if (!name.startsWith("x-") && !name.equals("comment")) {
          throw unknown(name);
        }
      }
    }
  }

  private static IllegalArgumentException unknown(String word) {
    return new IllegalArgumentException(
        "there is no mount option '" + word + "'; there are " + WORDS);
  }

  private static void number(
      String name, String value, int radix, int highest, LongConsumer taken) {
    long number;
    try {
      number = Long.parseLong(value, radix);
    } catch (NumberFormatException e) {
      number = -1;
    }
    if (number < 0 || number > highest) {
      throw new IllegalArgumentException(
          "option %s is '%s'; use a number from 0 to %s"
              .formatted(name, value, Integer.toString(highest, radix)));
    }
    taken.accept(number);
  }

  private static long seconds(String name, String value) {
    try {
      BigDecimal seconds = new BigDecimal(value);
      if (seconds.signum() >= 0
          && seconds.compareTo(BigDecimal.valueOf(LONGEST_CACHE_SECONDS)) <= 0) {
        return seconds.multiply(BigDecimal.valueOf(NANOS)).longValue();
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "option %s is '%s'; use seconds from 0 to %d, as in 0.5"
            .formatted(name, value, LONGEST_CACHE_SECONDS));
  }

  /** What mount tables show as the device; null for the name of the cluster. */
  public @Nullable String source() {
    return source;
  }

  /** Sets the device's name unless there is one. */
  public MountOptions withSource(String name) {
    source = source == null ? name : source;
    return this;
  }

  /** Whether nothing can be changed through it. */
  public boolean readOnly() {
    return readOnly;
  }

  /** Whether each write is on a quorum when it returns. */
  boolean sync() {
    return sync;
  }

  /** Whether users other than the one who mounts may use it. */
  public boolean allowOther() {
    return allowOther;
  }

  boolean noExecute() {
    return noExecute;
  }

  boolean devices() {
    return devices;
  }

  boolean setuid() {
    return setuid;
  }

  /** Whether ACLs count: not where owners and permissions are shown that nothing has. */
  boolean acl() {
    return acl && uid < 0 && gid < 0 && umask < 0;
  }

  int uid() {
    return uid;
  }

  int gid() {
    return gid;
  }

  int umask() {
    return umask;
  }

  /** The directory of the store that is mounted; empty for all of it. */
  public String directory() {
    return directory;
  }

  public Caching cache() {
    return new Caching(entryNanos, attributeNanos);
  }

  public WithoutQuorum withoutQuorum() {
    return withoutQuorum;
  }
}
