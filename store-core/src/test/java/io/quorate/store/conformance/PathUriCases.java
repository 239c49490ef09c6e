package io.quorate.store.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths as URIs and as files of the host, names that are not UTF-8 among them. */
abstract class PathUriCases extends Cases {
  PathUriCases(Callable<Face> opener) {
    super(opener);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/a",
        "/a b",
        "/a%20b",
        "/ü",
        "/日本",
        "/😀",
        "/a?b",
        "/a#b",
        "/a;b",
        "/a:b@c",
        "/a+b",
        "/[x]",
        "/{y}",
        "/a\"b",
        "/a\\b",
        "/a|b",
        "/^`",
        "/\u0001",
        "/a\nb",
        "/..",
        "/.",
        "/%",
        "/~",
        "/a=b&c,d!$'()*"
      })
  void uris(String text) {
    Path path = path(text);
    URI uri = path.toUri();
    assertEquals(path, Path.of(uri));
    assertEquals(path, root.getFileSystem().provider().getPath(uri));
    assertEquals(path, Path.of(URI.create(uri.toASCIIString())));
    assertTrue(uri.isAbsolute());
    assertFalse(uri.isOpaque());
    assertNull(uri.getRawQuery());
    assertNull(uri.getRawFragment());
  }

  @Test
  void urisOfRelativePathsAreAbsolute() {
    assertEquals(path("a b").toAbsolutePath(), Path.of(path("a b").toUri()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%FF", "%C3", "a%80b", "%ED%A0%80", "%F0%9F%98", "%E9t%E9"})
  void namesThatAreNotUtf8(String quoted) throws Exception {
    String base = root.toUri().toString();
    URI uri = URI.create(base + (base.endsWith("/") ? "" : "/") + quoted);
    Path path = Path.of(uri);
    assertEquals(uri, path.toUri());
    Files.write(path, new byte[] {1, 2});
    try (var entries = Files.newDirectoryStream(root)) {
      Path listed = entries.iterator().next();
      assertEquals(path, listed);
      assertEquals(uri, listed.toUri());
      assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(listed));
    }
    assertEquals(path.toRealPath(), path);
    assertEquals(path.getFileName(), root.relativize(path));
    Files.createSymbolicLink(at("to"), path.getFileName());
    assertEquals(path.getFileName(), Files.readSymbolicLink(at("to")));
    Files.move(path, at("plain"));
    assertFalse(Files.exists(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"?q", "#f", "%00", "a%00b"})
  void urisThatNameNoFile(String end) {
    URI uri = URI.create(at("x").toUri() + end);
    assertThrows(
        IllegalArgumentException.class, () -> root.getFileSystem().provider().getPath(uri));
  }

  @Test
  void opaqueUris() {
    String scheme = root.getFileSystem().provider().getScheme();
    assertThrows(
        IllegalArgumentException.class,
        () -> root.getFileSystem().provider().getPath(URI.create(scheme + ":a/b")));
    assertThrows(
        IllegalArgumentException.class,
        () -> root.getFileSystem().provider().getPath(URI.create("mailto:a@b")));
  }

  @Test
  void onlyTheHostsPathsAreFiles() {
    if (root.getFileSystem() == FileSystems.getDefault()) {
      assertEquals(root, root.toFile().toPath());
    } else {
      assertThrows(UnsupportedOperationException.class, root::toFile);
    }
  }
}
