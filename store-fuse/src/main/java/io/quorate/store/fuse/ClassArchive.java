package io.quorate.store.fuse;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Leaves the classes of a command that has done its work, parsed and linked, for the commands after
 * it, which start faster with them. The JVM can do so by itself when it exits, but then it does for
 * commands that failed, too, whose classes are few, and writes where others are about to read.
 *
 * <p>Only the launcher asks for it. Whatever goes wrong, there is no archive, and that is all: the
 * command is done, and nobody has asked for more.
 */
final class ClassArchive {
  /** The file to make; it is not there yet. */
  private static final String FILE = System.getProperty("quorate.archive", "");

  /** Several times of what it takes. A JVM that cannot write an archive to its end exits with 1. */
  private static final long LEAST_FREE_BYTES = 256L << 20;

  private ClassArchive() {}

  /** The last thing to do in a process: it cannot print afterwards. */
  static void leaveIfAsked() {
    if (FILE.isEmpty()) {
      return;
    }
    Path archive = Path.of(FILE);
    Path part = Path.of(FILE + "." + ProcessHandle.current().pid());
    try {
      if (Files.getFileStore(archive.toAbsolutePath().getParent()).getUsableSpace()
          < LEAST_FREE_BYTES) {
        return;
      }
      // The JDK tells there what it has done.
      System.setOut(new PrintStream(OutputStream.nullOutputStream()));
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "vmCds",
              new Object[] {new String[] {"dynamic_dump", part.toString()}},
              new String[] {String[].class.getName()});
      Files.move(part, archive, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | JMException | RuntimeException _) {
      try {
        Files.deleteIfExists(part);
      } catch (IOException _) {
        // It can stay: nothing reads it.
      }
    }
  }
}
