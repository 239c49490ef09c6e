package io.quorate.store.fuse.kernel;

import java.io.IOException;

/** A call that the kernel refused. */
public final class KernelException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  KernelException(String call, int errno) {
    super(call + ": " + reason(errno));
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }

  private static String reason(int errno) {
    return switch (errno) {
      case 1 ->
          "not permitted: this process may not mount (root in a container without CAP_SYS_ADMIN?)";
      case 2 -> "no such file or directory";
      case 13 -> "permission denied";
      case 16 -> "busy: something is mounted there, or uses it";
      case 19 -> "this kernel has no FUSE; load its module 'fuse'";
      case 20 -> "not a directory";
      case 22 -> "not accepted: nothing is mounted there, or an option is not known";
      case 107 -> "the process that served the mount has ended";
      default -> "error number " + errno;
    };
  }
}
