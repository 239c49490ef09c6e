package io.quorate.store.fuse.mount;

import io.quorate.store.fuse.kernel.Caching;

/**
 * How a tree is mounted.
 *
 * @param source what mount tables show as the device
 * @param readOnly whether nothing can be changed through it
 * @param allowOther whether users other than the one who mounts may use it
 * @param cache for how long the kernel may rely on names and attributes
 */
public record MountOptions(String source, boolean readOnly, boolean allowOther, Caching cache) {
  public static final MountOptions DEFAULTS =
      new MountOptions("quorate", false, true, Caching.NONE);

  public MountOptions withSource(String value) {
    return new MountOptions(value, readOnly, allowOther, cache);
  }

  public MountOptions withReadOnly(boolean value) {
    return new MountOptions(source, value, allowOther, cache);
  }

  public MountOptions withAllowOther(boolean value) {
    return new MountOptions(source, readOnly, value, cache);
  }
}
