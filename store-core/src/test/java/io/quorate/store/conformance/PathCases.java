package io.quorate.store.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The syntax of paths, which touches no file. */
abstract class PathCases extends Cases {
  PathCases(Callable<Face> opener) {
    super(opener);
  }

  @ParameterizedTest
  @CsvSource({
    "/,/",
    "//,/",
    "/a/,/a",
    "/a//b,/a/b",
    "a//b///c/,a/b/c",
    "./a,./a",
    "/..,/..",
    "'',''"
  })
  void dropsEmptyNamesOnly(String text, String expected) {
    assertEquals(expected, path(text).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b/../c,/a/c",
    "a/./b/.,a/b",
    "../a,../a",
    "a/../..,..",
    "/..,/",
    "/../a,/a",
    "a/..,''",
    "./..,..",
    "../../a/..,../..",
    "/a/b/c/../../d,/a/d"
  })
  void normalizes(String text, String expected) {
    assertEquals(expected, path(text).normalize().toString());
  }

  @ParameterizedTest
  @CsvSource({"/a,b,/a/b", "a,b/c,a/b/c", "a,/b,/b", "/,b,/b", "'',b,b", "a,'',a", "/a,..,/a/.."})
  void resolves(String base, String other, String expected) {
    assertEquals(path(expected), path(base).resolve(path(other)));
    assertEquals(path(expected), path(base).resolve(other));
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b,/a/b/c,c",
    "/a/b,/a/d,../d",
    "/a/b/c,/a,../..",
    "a,b,../b",
    "a/b,a/b,''",
    "'',a/b,a/b",
    "/,/a,a",
    "/a,/,.."
  })
  void relativizes(String base, String other, String expected) {
    assertEquals(path(expected), path(base).relativize(path(other)));
  }

  @Test
  void relativizeNeedsPathsOfOneKind() {
    assertThrows(IllegalArgumentException.class, () -> path("/a").relativize(path("b")));
    assertThrows(IllegalArgumentException.class, () -> path("a").relativize(path("/b")));
  }

  @ParameterizedTest
  @CsvSource({"/a/b,/a", "a/b,a", "/a,/"})
  void parents(String text, String parent) {
    assertEquals(path(parent), path(text).getParent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "a", ""})
  void withoutParent(String text) {
    assertNull(path(text).getParent());
  }

  @Test
  void names() {
    Path path = path("/a/bc/d");
    assertEquals(3, path.getNameCount());
    assertEquals(path("bc"), path.getName(1));
    assertEquals(path("d"), path.getFileName());
    assertEquals(path("bc/d"), path.subpath(1, 3));
    assertThrows(IllegalArgumentException.class, () -> path.getName(3));
    assertThrows(IllegalArgumentException.class, () -> path.getName(-1));
    assertThrows(IllegalArgumentException.class, () -> path.subpath(1, 1));
    assertThrows(IllegalArgumentException.class, () -> path.subpath(0, 4));
  }

  @Test
  void theRootHasNoName() {
    assertEquals(0, path("/").getNameCount());
    assertNull(path("/").getFileName());
    assertThrows(IllegalArgumentException.class, () -> path("/").getName(0));
  }

  @Test
  void theEmptyPathIsOneEmptyName() {
    assertEquals(1, path("").getNameCount());
    assertEquals("", path("").getFileName().toString());
    assertFalse(path("").isAbsolute());
  }

  @Test
  void iteratesOverNames() {
    List<String> names = new ArrayList<>();
    path("/x/y/z").forEach(name -> names.add(name.toString()));
    assertEquals(List.of("x", "y", "z"), names);
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b,/a,true",
    "/a/b,/,true",
    "/a/b,a,false",
    "/ab,/a,false",
    "a,'',false",
    "'','',true",
    "a/b,a/b,true",
    "a,a/b,false"
  })
  void startsWith(String text, String start, boolean expected) {
    assertEquals(expected, path(text).startsWith(path(start)));
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b,b,true",
    "/a/b,a/b,true",
    "/a/b,/a/b,true",
    "/a/b,/b,false",
    "ab,b,false",
    "b,a/b,false",
    "'','',true"
  })
  void endsWith(String text, String end, boolean expected) {
    assertEquals(expected, path(text).endsWith(path(end)));
  }

  @Test
  void ordersByBytes() {
    assertTrue(path("a").compareTo(path("b")) < 0);
    assertTrue(path("Z").compareTo(path("a")) < 0);
    assertTrue(path("a").compareTo(path("ä")) < 0);
    assertEquals(0, path("a/b").compareTo(path("a//b/")));
  }

  @Test
  void equality() {
    assertEquals(path("/a/b"), path("/a//b"));
    assertEquals(path("/a/b").hashCode(), path("/a//b").hashCode());
    assertNotEquals(path("/a"), path("a"));
    assertNotEquals(path("/a/."), path("/a"));
  }

  @Test
  void joinsParts() {
    FileSystem fileSystem = root.getFileSystem();
    assertEquals(path("/a/b/c"), fileSystem.getPath("/a", "b", "c"));
    assertEquals(path("a/c"), fileSystem.getPath("a", "", "c"));
    assertEquals(path("b"), fileSystem.getPath("", "b"));
  }

  @Test
  void siblings() {
    assertEquals(path("/a/c"), path("/a/b").resolveSibling("c"));
    assertEquals(path("c"), path("b").resolveSibling("c"));
  }

  @Test
  void absolute() {
    Path relative = path("x");
    assertTrue(relative.toAbsolutePath().isAbsolute());
    assertTrue(relative.toAbsolutePath().endsWith(relative));
    assertSame(root, root.toAbsolutePath());
    assertEquals(path("/"), root.getRoot());
    assertNull(relative.getRoot());
  }

  @Test
  void uriAndBack() {
    Path odd = at("a b%c#d?e ü");
    assertEquals(odd, Paths.get(odd.toUri()));
    assertEquals(root.getFileSystem().provider().getScheme(), odd.toUri().getScheme());
  }

  @Test
  void noNul() {
    InvalidPathException refused = assertThrows(InvalidPathException.class, () -> path("a\0b"));
    assertTrue(refused.getReason().toLowerCase().contains("nul"), refused.getReason());
  }

  @Test
  void noLoneSurrogate() {
    assertThrows(InvalidPathException.class, () -> path("a\ud800b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "*.txt a.txt true",
        "*.txt a/b.txt false",
        "**.txt a/b.txt true",
        "**/b a/b true",
        "a?c abc true",
        "a?c a/c false",
        "[ab]x bx true",
        "[!ab]x bx false",
        "[a-c]x cx true",
        "[a-c]x dx false",
        "{foo,ba*}.c bar.c true",
        "{foo,ba*}.c fo.c false",
        "a\\*b a*b true",
        "a\\*b axb false",
        "a.b axb false",
        "[-a]x -x true",
        "[*]x *x true"
      })
  void globs(String glob, String text, boolean expected) {
    assertEquals(expected, root.getFileSystem().getPathMatcher("glob:" + glob).matches(path(text)));
  }

  @Test
  void regexes() {
    assertTrue(root.getFileSystem().getPathMatcher("regex:a.+/c").matches(path("ab/c")));
    assertFalse(root.getFileSystem().getPathMatcher("regex:a").matches(path("ab")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"glob:[a", "glob:{a", "regex:("})
  void malformedPatterns(String pattern) {
    assertThrows(PatternSyntaxException.class, () -> root.getFileSystem().getPathMatcher(pattern));
  }

  @Test
  void unknownPatterns() {
    assertThrows(
        UnsupportedOperationException.class, () -> root.getFileSystem().getPathMatcher("x:a"));
    assertThrows(
        IllegalArgumentException.class, () -> root.getFileSystem().getPathMatcher("nothing"));
  }
}
