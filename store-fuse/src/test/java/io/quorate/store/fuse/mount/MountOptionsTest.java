package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.kernel.Caching;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MountOptionsTest {
  private static MountOptions parse(String... words) {
    return MountOptions.parse(List.of(words), false);
  }

  @Test
  void wordsOfFstab() {
    MountOptions options =
        parse(
            "ro",
            "sync",
            "noexec",
            "uid=5",
            "gid=6",
            "umask=027",
            "subdir=/a=b",
            "fsname=x",
            "attr_timeout=0.5",
            "entry_timeout=2",
            "no_quorum=wait");
    assertTrue(options.readOnly() && options.sync() && options.noExecute());
    assertFalse(options.acl(), "owners and permissions are not those of the store");
    assertEquals(List.of(5, 6, 027), List.of(options.uid(), options.gid(), options.umask()));
    assertEquals("/a=b", options.directory());
    assertEquals("x", options.withSource("other").source());
    assertEquals(new Caching(2_000_000_000, 500_000_000), options.cache());
    assertEquals(WithoutQuorum.WAIT, options.withoutQuorum());
  }

  @Test
  void withoutWordsNothingIsCachedAndErrorsAreToldAtOnce() {
    MountOptions options = parse("defaults", "_netdev", "nofail", "x-systemd.automount", "rw");
    assertEquals(Caching.NONE, options.cache());
    assertEquals(WithoutQuorum.EIO, options.withoutQuorum());
    assertFalse(options.readOnly() || options.sync() || options.allowOther());
    assertTrue(options.acl() && !parse("noacl").acl() && parse("noacl", "acl").acl());
    assertEquals("cluster", options.withSource("cluster").source());
    assertTrue(MountOptions.parse(List.of(), true).allowOther(), "root mounts for all");
  }

  @ParameterizedTest
  @CsvSource({
    "foo, there is no mount option 'foo'",
    "foo=1, there is no mount option 'foo'",
    "uid=-1, option uid is '-1'; use a number from 0 to 2147483647",
    "uid=root, option uid is 'root'",
    "umask=888, option umask is '888'; use a number from 0 to 777",
    "attr_timeout=x, option attr_timeout is 'x'; use seconds",
    "entry_timeout=86401, option entry_timeout is '86401'; use seconds from 0 to 86400",
    "no_quorum=never, 'option no_quorum is ''never''; use eio, erofs or wait'"
  })
  void wrongWordsAreNamed(String word, String message) {
    String said = assertThrows(IllegalArgumentException.class, () -> parse(word)).getMessage();
    assertTrue(said.startsWith(message), said);
  }
}
