package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorate.store.metadata.Digest;
import io.quorate.store.metadata.Metadata;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointManifestTest {
  private static final CheckpointManifest MANIFEST =
      new CheckpointManifest(
          5,
          new Metadata.Moment(9, 2, 7, new Digest(3, 4), new byte[] {1}),
          List.of(
              new CheckpointManifest.File("000009.sst", 100),
              new CheckpointManifest.File("CURRENT", 16)));

  @Test
  void itComesBackAsItWas() {
    assertEquals(MANIFEST, CheckpointManifest.decode(MANIFEST.encode()));
    assertEquals(116, MANIFEST.totalBytes());
  }

  @Test
  void anyDamageIsNoticed() {
    byte[] good = MANIFEST.encode();
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 4;
      assertThrows(IllegalArgumentException.class, () -> CheckpointManifest.decode(bad));
      byte[] cut = Arrays.copyOf(good, at);
      assertThrows(IllegalArgumentException.class, () -> CheckpointManifest.decode(cut));
    }
  }

  /** A name comes from another peer, and becomes a path here. */
  @ParameterizedTest
  @ValueSource(strings = {"", "..", ".", "a/b", "/etc/passwd", "manifest", ".hidden", "a\\b"})
  void namesThatLeadElsewhereAreRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> new CheckpointManifest.File(name, 1));
  }
}
