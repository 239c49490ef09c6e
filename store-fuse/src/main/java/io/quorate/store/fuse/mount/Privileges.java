package io.quorate.store.fuse.mount;

import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.FileType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of setuid and setgid a new owner, or a write by one who has no say, takes from a file. The
 * kernel leaves it to whoever serves the mount; these are the rules of its own file systems.
 */
final class Privileges {
  private static final int SETGID = 02000;
  private static final int CAP_FSETID = 4;
  private static final Path PROCESSES = Path.of("/proc");

  private Privileges() {}

  /** The permissions that are left, or null if there is nothing to take away. */
  static @Nullable Integer left(Header header, Attributes attributes) {
    if (attributes.type() == FileType.DIRECTORY) {
      return null;
    }
    int permissions = attributes.permissions();
    int left = AttributeChange.withoutPrivileges(permissions);
    if ((left & SETGID) != 0 && !isMember(header, attributes.gid())) {
      // Without group execute it gives no right to run as somebody, and stays with members only.
      left &= ~SETGID;
    }
    return left == permissions ? null : (Integer) left;
  }

  static boolean isOwner(Header header, Attributes attributes) {
    return header.uid() == 0 || header.uid() == attributes.uid();
  }

  /**
   * Whether who asks is in a group, or may act as if. The kernel tells one group only; the thread
   * that asks waits, so that what is known of it is of now.
   */
  private static boolean isMember(Header header, int gid) {
    if (header.gid() == gid || header.pid() == 0) {
      return true;
    }
    try {
      List<String> status =
          Files.readAllLines(PROCESSES.resolve(header.pid() + "").resolve("status"));
      return isListed(value(status, "Groups:"), gid) || has(value(status, "CapEff:"), CAP_FSETID);
    } catch (IOException e) {
      return header.uid() == 0; // It is in another container.
    }
  }

  private static String value(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElse("");
  }

  private static boolean isListed(String groups, int gid) {
    return Arrays.asList(groups.split(" ")).contains(Integer.toUnsignedString(gid));
  }

  private static boolean has(String capabilities, int number) {
    return !capabilities.isEmpty()
        && (Long.parseUnsignedLong(capabilities, 16) >>> number & 1) != 0;
  }
}
