package io.quorate.store.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What paths are made of and how they combine, in the corners. */
abstract class PathAlgebraCases extends Cases {
  PathAlgebraCases(Callable<Face> opener) {
    super(opener);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      value = {
        "/a/b/c,/,/a/b,c,3",
        "/foo,/,/,foo,1",
        "/,/,null,null,0",
        "foo,null,null,foo,1",
        "foo/bar,null,foo,bar,2",
        "'',null,null,'',1",
        ".,null,null,.,1",
        "..,null,null,..,1",
        "./..,null,.,..,2",
        "/.,/,/,.,1",
        "/../..,/,/..,..,2",
        "' ',null,null,' ',1",
        "a/ /b,null,'a/ ',b,3",
        "'a\\b/c',null,'a\\b',c,2",
        "c:/d,null,c:,d,2",
        "~/x,null,~,x,2",
        "/ü/日本,/,/ü,日本,2"
      })
  void parts(String text, String base, String parent, String name, int count) {
    Path path = path(text);
    assertEquals(base, textOrNull(path.getRoot()));
    assertEquals(parent, textOrNull(path.getParent()));
    assertEquals(name, textOrNull(path.getFileName()));
    assertEquals(count, path.getNameCount());
    assertEquals(base != null, path.isAbsolute());
  }

  private static String textOrNull(Path path) {
    return path == null ? null : path.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "'','',true",
    "'',/,false",
    "/,'',false",
    "/,/,true",
    "/,/foo,false",
    "/foo,/,true",
    "/foo,/foo,true",
    "/foo,/f,false",
    "/foo/bar,/,true",
    "/foo/bar,/foo,true",
    "/foo/bar,/foo/,true",
    "/foo/bar,/foo/bar,true",
    "/foo/bar,/f,false",
    "/foo/bar,foo,false",
    "/foo/bar,foo/bar,false",
    "/foo/bar,'',false",
    "foo,foo,true",
    "foo,/foo,false",
    "foo,f,false",
    "foo,'',false",
    "foo/bar,foo,true",
    "foo/bar,foo/,true",
    "foo/bar,foo/bar,true",
    "foo/bar,f,false",
    "foo/bar,/foo,false",
    "foo/bar,/foo/bar,false",
    "../foo,..,true",
    "./foo,.,true",
    "./foo,foo,false",
    "a/b/c,a/b/c/d,false",
    "a/bc,a/b,false",
    "ä/b,ä,true"
  })
  void starts(String text, String start, boolean expected) {
    assertEquals(expected, path(text).startsWith(path(start)));
    assertEquals(expected, path(text).startsWith(start));
  }

  @ParameterizedTest
  @CsvSource({
    "'','',true",
    "'',/,false",
    "/,/,true",
    "/,'',false",
    "/,foo,false",
    "/,/foo,false",
    "/foo,foo,true",
    "/foo,/foo,true",
    "/foo,fool,false",
    "/foo,/,false",
    "/foo/bar,bar,true",
    "/foo/bar,foo/bar,true",
    "/foo/bar,ar,false",
    "/foo/bar,/foo/bar,true",
    "/foo/bar,/bar,false",
    "/foo/bar,'',false",
    "foo,foo,true",
    "foo,'',false",
    "foo,oo,false",
    "foo,/foo,false",
    "foo/bar,bar,true",
    "foo/bar,bar/,true",
    "foo/bar,foo/bar,true",
    "foo/bar,ar,false",
    "foo/bar,/bar,false",
    "foo/bar/gus,gus,true",
    "foo/bar/gus,bar/gus,true",
    "foo/bar/gus,foo/bar/gus,true",
    "foo/bar/gus,r/gus,false",
    "foo/bar/gus,barack/gus,false",
    "/foo/bar/gus,bar/gus,true",
    "/foo/bar/gus,/foo/bar/gus,true",
    "/foo/bar/gus,us,false",
    "a/.,.,true",
    "a/..,..,true",
    "b/c,a/b/c,false"
  })
  void ends(String text, String end, boolean expected) {
    assertEquals(expected, path(text).endsWith(path(end)));
    assertEquals(expected, path(text).endsWith(end));
  }

  @ParameterizedTest
  @CsvSource({
    "/tmp,foo,/tmp/foo",
    "/tmp,/foo,/foo",
    "/tmp,'',/tmp",
    "tmp,foo,tmp/foo",
    "tmp,/foo,/foo",
    "tmp,'',tmp",
    "'','',''",
    "'',foo,foo",
    "'',/foo,/foo",
    "/,'',/",
    "/,/,/",
    "/,a/b,/a/b",
    "a,.,a/.",
    "a,./b,a/./b",
    "a/,b/,a/b"
  })
  void resolving(String base, String other, String expected) {
    assertEquals(path(expected), path(base).resolve(path(other)));
    assertEquals(path(expected), path(base).resolve(other));
    assertEquals(expected, path(base).resolve(other).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "foo,bar,bar",
    "foo,/bar,/bar",
    "foo,'',''",
    "foo/bar,gus,foo/gus",
    "foo/bar,/gus,/gus",
    "foo/bar,'',foo",
    "/foo,gus,/gus",
    "/foo,/gus,/gus",
    "/foo,'',/",
    "/foo/bar,gus,/foo/gus",
    "/foo/bar,'',/foo",
    "'',foo,foo",
    "'',/foo,/foo",
    "'','',''",
    "/,foo,foo",
    "/,/foo,/foo"
  })
  void resolvingSiblings(String base, String other, String expected) {
    assertEquals(path(expected), path(base).resolveSibling(path(other)));
    assertEquals(path(expected), path(base).resolveSibling(other));
  }

  @Test
  void resolvesSeveral() {
    assertEquals(path("a/b/c"), path("a").resolve(path("b"), path("c")));
    assertEquals(path("/c/d"), path("a").resolve("b", "/c", "d"));
  }

  @ParameterizedTest
  @CsvSource({
    "foo,bar,../bar",
    "foo,.,..",
    "foo,..,../..",
    "foo,'',..",
    "foo/bar,foo/gus,../gus",
    "foo/bar,.,../..",
    "foo/bar,'',../..",
    "/foo,/foo,''",
    "/foo,/bar,../bar",
    "/foo,/foo/bar,bar",
    "/foo,/,..",
    "/foo/.,/foo/bar,bar",
    "/foo/../bar,/gus,../gus",
    "/a/../../b,/c,../c",
    ".,foo,foo",
    ".,.,''",
    ".,..,..",
    "'',foo,foo",
    "'',.,.",
    "'','',''",
    "'',..,..",
    "..,..,''",
    "../a,../b,../b",
    "../a/b,../a,..",
    "..,../a,a",
    "../..,../../a,a",
    "../..,../../..,..",
    "foo/../bar,bar,''",
    "a/./b,a/c,../c",
    "a/b/../c,a/c/d,d",
    "/,/,''",
    "/,/a/b,a/b",
    "/a/b/c,/d,../../../d",
    "../a/../b,../b/c,c"
  })
  void relativizing(String base, String other, String expected) {
    assertEquals(expected, path(base).relativize(path(other)).toString());
  }

  @ParameterizedTest
  @CsvSource({"..,foo", "..,''", "../a,foo", "../..,..", "../../a,../b"})
  void noWayBackUp(String base, String other) {
    assertThrows(IllegalArgumentException.class, () -> path(base).relativize(path(other)));
  }

  @ParameterizedTest
  @CsvSource({
    "/,/",
    "foo,foo",
    "/foo,/foo",
    ".,''",
    "..,..",
    "/..,/",
    "/../..,/",
    "foo/.,foo",
    "./foo,foo",
    "foo/..,''",
    "../foo,../foo",
    "../../foo,../../foo",
    "foo/bar/..,foo",
    "foo/./bar,foo/bar",
    "foo/../bar,bar",
    "foo/bar/.,foo/bar",
    "./foo/bar,foo/bar",
    "../foo/bar,../foo/bar",
    "./foo/bar/.,foo/bar",
    "./foo/bar/..,foo",
    "foo/bar/gus/../..,foo",
    "foo/../../bar,../bar",
    "./foo/../bar/./..,''",
    "/foo/bar/gus/../..,/foo",
    "/./.,/",
    "/./../a/.,/a",
    "'',''",
    "a/b/c/../../..,''",
    "a/b/c/../../../..,..",
    "...,...",
    ".../..,''",
    "..a,..a",
    "a..,a.."
  })
  void normalizing(String text, String expected) {
    assertEquals(expected, path(text).normalize().toString());
    assertEquals(path(expected), path(text).normalize());
  }

  @ParameterizedTest
  @CsvSource({
    "/foo,0,1,foo",
    "/foo/bar,0,1,foo",
    "/foo/bar,1,2,bar",
    "/foo/bar,0,2,foo/bar",
    "foo,0,1,foo",
    "foo/bar/gus,0,2,foo/bar",
    "foo/bar/gus,1,3,bar/gus",
    "foo/bar/gus,0,3,foo/bar/gus",
    "'',0,1,''"
  })
  void subpaths(String text, int begin, int end, String expected) {
    assertEquals(expected, path(text).subpath(begin, end).toString());
    assertFalse(path(text).subpath(begin, end).isAbsolute());
  }

  @ParameterizedTest
  @CsvSource({"/,0,1", "/,0,0", "a/b,-1,1", "a/b,2,3", "a/b,1,1", "a/b,1,0", "a/b,0,3", "'',0,2"})
  void noSuchSubpath(String text, int begin, int end) {
    assertThrows(IllegalArgumentException.class, () -> path(text).subpath(begin, end));
  }

  @Test
  void iterators() {
    Iterator<Path> names = path("/a/b").iterator();
    assertEquals(path("a"), names.next());
    assertThrows(UnsupportedOperationException.class, names::remove);
    assertEquals(path("b"), names.next());
    assertFalse(names.hasNext());
    assertThrows(NoSuchElementException.class, names::next);
    assertFalse(path("/").iterator().hasNext());
    assertEquals(path(""), path("").iterator().next());
  }

  @Test
  void order() {
    List<Path> sorted =
        new ArrayList<>(
            List.of(
                path(""),
                path("/"),
                path("/a"),
                path("/a/b"),
                path("/b"),
                path("A"),
                path("a"),
                path("a b"),
                path("a.b"),
                path("a/b"),
                path("aa"),
                path("é")));
    List<Path> shuffled = new ArrayList<>(sorted);
    Collections.reverse(shuffled);
    assertEquals(sorted, new ArrayList<>(new TreeSet<>(shuffled)));
    assertTrue(path("a").compareTo(path("ab")) < 0);
    assertThrows(NullPointerException.class, () -> path("a").compareTo(null));
  }

  @Test
  void equalityIsOfTextAndFileSystem() {
    assertNotEquals(path("a"), path("A"));
    assertNotEquals(path("a"), path("./a"));
    assertNotEquals(path("a/.."), path(""));
    assertNotEquals(path("a"), "a");
    assertNotEquals(path("a"), null);
    assertEquals(path("a").hashCode(), path("a/").hashCode());
    assertNotEquals(path("é"), path("e\u0301"));
  }

  @Test
  void joining() {
    FileSystem fileSystem = root.getFileSystem();
    assertEquals("", fileSystem.getPath("").toString());
    assertEquals("", fileSystem.getPath("", "", "").toString());
    assertEquals("/a", fileSystem.getPath("", "/a").toString());
    assertEquals("a/b", fileSystem.getPath("a", "/b").toString());
    assertEquals("/a/b", fileSystem.getPath("/", "a", "/b/").toString());
    assertEquals("a/b/c", fileSystem.getPath("a//", "", "b/c/").toString());
    assertThrows(NullPointerException.class, () -> fileSystem.getPath(null));
    assertThrows(NullPointerException.class, () -> fileSystem.getPath("a", (String) null));
  }

  @Test
  void nulls() {
    Path path = path("a");
    assertThrows(NullPointerException.class, () -> path.resolve((Path) null));
    assertThrows(NullPointerException.class, () -> path.resolve((String) null));
    assertThrows(NullPointerException.class, () -> path.relativize(null));
    assertThrows(NullPointerException.class, () -> path.startsWith((Path) null));
    assertThrows(NullPointerException.class, () -> path.startsWith((String) null));
    assertThrows(NullPointerException.class, () -> path.endsWith((Path) null));
    assertThrows(NullPointerException.class, () -> path.endsWith((String) null));
    assertThrows(NullPointerException.class, () -> path.resolveSibling((Path) null));
  }

  /** A path that is neither the host's nor a store's: a name in a zip. */
  @Test
  void othersPaths() throws Exception {
    try (FileSystem zip = FileSystems.newFileSystem(at("z.zip"), Map.of("create", "true"))) {
      Path other = zip.getPath("a");
      assertThrows(ProviderMismatchException.class, () -> path("a").resolve(other));
      assertThrows(ProviderMismatchException.class, () -> path("a").relativize(other));
      assertFalse(path("a").startsWith(other));
      assertFalse(path("a").endsWith(other));
      assertNotEquals(path("a"), other);
      assertThrows(ClassCastException.class, () -> path("a").compareTo(other));
    }
  }
}
