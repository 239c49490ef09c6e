package io.quorate.store.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that are odd, and names that can not be. */
abstract class BadNameCases extends Cases {
  BadNameCases(Callable<Face> opener) {
    super(opener);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ", "a b", "...", "-rf", "a\nb", "\t", "\\", "a\\b", "*", "?", "\"", "'", "grüße", "日本語",
        "😀", "a:b", "|", "%41", "~", "CON", "a.", "\u0001", "\u007f", "e\u0301", "\u00e9"
      })
  void oddNames(String name) throws IOException {
    file(name, "content of " + name);
    assertEquals("content of " + name, text(elsewhere(at(name))));
    assertEquals(List.of(name), names(root));
    Files.move(at(name), at("plain"));
    Files.move(at("plain"), at(name));
    Files.delete(at(name));
    assertEquals(List.of(), names(root));
  }

  @Test
  void caseMatters() throws IOException {
    file("a", "1");
    file("A", "2");
    assertEquals("1", text(at("a")));
    assertEquals("2", text(at("A")));
  }

  @Test
  void composedAndDecomposedAreTwo() throws IOException {
    file("\u00e9", "1");
    file("e\u0301", "2");
    assertEquals("1", text(at("\u00e9")));
    assertEquals(2, names(root).size());
  }

  @Test
  void longestNames() throws IOException {
    file("n".repeat(255), "ascii");
    file("ü".repeat(127) + "x", "two bytes each");
    assertEquals("ascii", text(at("n".repeat(255))));
    assertEquals("two bytes each", text(at("ü".repeat(127) + "x")));
  }

  @Test
  void namesThatAreTooLong() throws IOException {
    for (String name : List.of("n".repeat(256), "ü".repeat(128))) {
      FileSystemException refused = assertThrows(FileSystemException.class, () -> file(name, ""));
      assertFalse(refused instanceof NoSuchFileException);
      assertTrue(refused.getMessage().contains("File name too long"), refused.getMessage());
      assertThrows(FileSystemException.class, () -> Files.createDirectory(at(name)));
      assertThrows(FileSystemException.class, () -> Files.readAllBytes(at(name)));
      file("f", "");
      assertThrows(FileSystemException.class, () -> Files.move(at("f"), at(name)));
      assertThrows(FileSystemException.class, () -> Files.createSymbolicLink(at(name), path("x")));
      assertFalse(Files.exists(at(name)));
    }
  }

  @Test
  void pathsThatAreTooLong() {
    String deep = "d/".repeat(2_100) + "f";
    FileSystemException refused = assertThrows(FileSystemException.class, () -> file(deep, ""));
    assertTrue(refused.getMessage().contains("File name too long"), refused.getMessage());
    assertThrows(FileSystemException.class, () -> Files.createDirectory(at(deep)));
  }

  @Test
  void deepTrees() throws IOException {
    StringBuilder deep = new StringBuilder("d");
    for (int i = 0; i < 200; i++) {
      deep.append("/d");
    }
    Files.createDirectories(at(deep.toString()));
    file(deep + "/f", "deep");
    assertEquals("deep", text(elsewhere(at(deep + "/f"))));
  }

  @Test
  void noNul() {
    assertThrows(InvalidPathException.class, () -> at("a\0b"));
    assertThrows(InvalidPathException.class, () -> root.getFileSystem().getPath("a", "\0"));
  }

  @Test
  void emptyNames() throws IOException {
    file("f", "abc");
    assertEquals("abc", text(at("./f")));
    assertEquals("abc", text(root.resolve("").resolve("f")));
  }

  @Test
  void theRootCanNotGo() {
    assertThrows(IOException.class, () -> Files.delete(path("/")));
    assertThrows(IOException.class, () -> Files.move(path("/"), at("x")));
  }
}
