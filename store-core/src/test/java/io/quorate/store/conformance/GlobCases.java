package io.quorate.store.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.Callable;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Path matchers. Columns: pattern, path, whether they match. */
abstract class GlobCases extends Cases {
  GlobCases(Callable<Face> opener) {
    super(opener);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "foo.html foo.html true",
        "f* foo.html true",
        "*foo.html foo.html true",
        "*foo.html* foo.html true",
        "*.htm foo.html false",
        "foo.*html foo.html true",
        "* foo true",
        "* .hidden true",
        "* a/b false",
        "** a/b/c true",
        "** /a true",
        "* / false",
        "/** / true",
        "'' '' true",
        "'' a false",
        "'*' '' true",
        "? '' false",
        "?oo.html foo.html true",
        "f?o.html foo.html true",
        "fo?.html foo.html true",
        "????.html foo.html false",
        "???.html foo.html true",
        "? / false",
        "[f]oo.html foo.html true",
        "[e-g]oo.html foo.html true",
        "[abcde-g]oo.html foo.html true",
        "[abcdefx-z]oo.html foo.html true",
        "[!a]oo.html foo.html true",
        "[!a-e]oo.html foo.html true",
        "foo[.]html foo.html true",
        "[!f]oo.html foo.html false",
        "foo[-a-z]bar foo-bar true",
        "foo[!-]bar foo-bar false",
        "foo[!-]bar fooxbar true",
        "[a-] - true",
        "[a-] a true",
        "[a-] b false",
        "[-a] - true",
        "[^a] ^ true",
        "[^a] a true",
        "[^a] b false",
        "[\\\\] \\ true",
        "[\\a] a true",
        "[\\a] \\ true",
        "[?] ? true",
        "[?] a false",
        "[{] { true",
        "[,] , true",
        "[a&&b] a true",
        "[a&&b] & true",
        "[[] [ true",
        "[!x] / false",
        "a[!b]c a/c false",
        "[!a]* /x false",
        "[.-0]b .b true",
        "{foo*,*bar}html foohtml true",
        "foo.{html,class} foo.html true",
        "foo.{html,class} foo.class true",
        "foo.{htm,class} foo.html false",
        "*.{html,class} foo.html true",
        "*.{class} foo.html false",
        "{} '' true",
        "{,a}b b true",
        "{,a}b ab true",
        "{a,}b b true",
        "{*.c,*.h} x.h true",
        "{a/b,c}/d a/b/d true",
        "{a,b}{c,d} bc true",
        "{a,b}{c,d} ab false",
        "a}b a}b true",
        "a,b a,b true",
        "\\{foo* {foo}*bar true",
        "\\{foo\\}* {foo}bar true",
        "\\[foo\\]* [foo]bar true",
        "a\\?b a?b true",
        "a\\?b axb false",
        "a\\\\b a\\b true",
        "\\a a true",
        "*\\* a* true",
        "\\{\\} {} true",
        "{\\,,x} , true",
        "{[,],x} , true",
        "a.b a.b true",
        "a.b aab false",
        "a+ aa false",
        "(a) (a) true",
        "a|b a|b true",
        "^a$ ^a$ true",
        "a$ a false",
        "/a/*/c /a/b/c true",
        "/a/*/c /a/c false",
        "/a/*/c /a/b/b/c false",
        "/a/**/c /a/b/b/c true",
        "/a/**/c /a/c false",
        "**/c c false",
        "**c c true",
        "a/** a false",
        "a/** a/b true",
        "*** a/b true",
        "*/* a/b true",
        "*/* a/b/c false",
        "*.?ava x.java true",
        "*.[jJ]ava x.Java true",
        "A a false",
        "ü* über true",
        "日? 日本 true",
        "a? a😀 true",
        "*~ a~ true",
        "[à-é] á true",
        "../* ../a true",
        "./* a false"
      })
  void matches(String glob, String text, boolean expected) {
    assertEquals(expected, root.getFileSystem().getPathMatcher("glob:" + glob).matches(path(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*[a--z]",
        "*[a--]",
        "[a-z",
        "[a--c]",
        "[z-a]",
        "[a/b]",
        "[/]",
        "[",
        "[]",
        "[!]",
        "[]a",
        "[!a-c-e]",
        "{foo,bar",
        "{foo,{bar,gus}}",
        "{a{b}}",
        "{",
        "a\\",
        "{a\\",
        "[a-/]x/",
        "[--b]"
      })
  void malformed(String glob) {
    assertThrows(
        PatternSyntaxException.class, () -> root.getFileSystem().getPathMatcher("glob:" + glob));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        ".*\\.html foo.html true", "foo foobar false", "[A-Z]+ ABC true", "a/.* a/b/c true",
        "(?i)abc ABC true", "a|b b true", "'' '' true", "\\p{L}+ é true"
      })
  void regexes(String regex, String text, boolean expected) {
    assertEquals(
        expected, root.getFileSystem().getPathMatcher("regex:" + regex).matches(path(text)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"regex:[", "REGEX:*", "Regex:(a"})
  void malformedRegexes(String pattern) {
    assertThrows(PatternSyntaxException.class, () -> root.getFileSystem().getPathMatcher(pattern));
  }

  @Test
  void syntaxNamesHaveNoCase() {
    assertEquals(true, root.getFileSystem().getPathMatcher("GLOB:a*").matches(path("ab")));
    assertEquals(true, root.getFileSystem().getPathMatcher("ReGeX:a.").matches(path("ab")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":", ":glob", "glob", "*.java"})
  void withoutSyntax(String pattern) {
    assertThrows(
        IllegalArgumentException.class, () -> root.getFileSystem().getPathMatcher(pattern));
  }

  @ParameterizedTest
  @ValueSource(strings = {"grep:a", "glob2:a", " glob:a"})
  void unknownSyntax(String pattern) {
    assertThrows(
        UnsupportedOperationException.class, () -> root.getFileSystem().getPathMatcher(pattern));
  }

  @Test
  void nulls() {
    assertThrows(NullPointerException.class, () -> root.getFileSystem().getPathMatcher(null));
    assertThrows(
        NullPointerException.class,
        () -> root.getFileSystem().getPathMatcher("glob:*").matches(null));
  }
}
