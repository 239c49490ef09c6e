package io.quorate.store.conformance;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** Faces of the JDK's own file system. */
public final class HostFaces {
  private HostFaces() {}

  /**
   * A directory, which is made and goes with the face.
   *
   * @param elsewhere another way to the same
   */
  public static Face of(Path root, Path elsewhere) throws IOException {
    Files.createDirectories(root);
    return new Face() {
      @Override
      public Path root() {
        return root;
      }

      @Override
      public Path elsewhere() {
        return elsewhere;
      }

      @Override
      public void close() throws IOException {
        Files.walkFileTree(root, new Removal());
      }
    };
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException error)
        throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
