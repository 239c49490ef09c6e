package io.quorate.store.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The control: what the suite asks for is what the JDK's own file system does. */
class HostFileSystemTest extends FileSystemConformance {

  @Override
  protected Face openFace() throws IOException {
    Path root = Files.createTempDirectory("conformance").toRealPath();
    return HostFaces.of(root, root);
  }
}
