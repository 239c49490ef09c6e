package io.quorate.store.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The map against the JDK's, on keys that share long beginnings and differ by sign and length. */
class PersistentMapTest {
  private static final byte[] BYTES = {0, 1, 0x7f, (byte) 0x80, (byte) 0xff};
  private final Random random = new Random(7);

  @Test
  void keysAreComparedByteByByteWithoutSign() {
    for (int i = 0; i < 20_000; i++) {
      byte[] one = key();
      byte[] other = key();
      System.arraycopy(one, 0, other, 0, random.nextInt(Math.min(one.length, other.length) + 1));
      assertEquals(
          Integer.signum(Arrays.compareUnsigned(one, other)),
          Integer.signum(PersistentMap.compare(one, other)),
          () -> Arrays.toString(one) + " and " + Arrays.toString(other));
    }
  }

  @Test
  void sizeAndRowsAreThoseOfASortedMap() {
    TreeMap<byte[], byte[]> expected = new TreeMap<>(Arrays::compareUnsigned);
    PersistentMap map = PersistentMap.EMPTY;
    for (int i = 0; i < 5_000; i++) {
      byte[] key = Arrays.copyOf(key(), 1 + random.nextInt(2));
      if (random.nextInt(3) == 0) {
        PersistentMap before = map;
        map = map.remove(key);
        if (expected.remove(key) == null) {
          assertSame(before, map);
        }
      } else {
        byte[] value = {(byte) i};
        map = map.put(key, value);
        expected.put(key, value);
      }
      assertEquals(expected.size(), map.size());
    }
    Cursor rows = map.scan(new byte[0], null);
    for (Map.Entry<byte[], byte[]> row : expected.entrySet()) {
      rows.next();
      assertArrayEquals(row.getKey(), rows.key());
      assertArrayEquals(row.getValue(), rows.value());
    }
  }

  private byte[] key() {
    byte[] key = new byte[random.nextInt(20)];
    for (int i = 0; i < key.length; i++) {
      key[i] = BYTES[random.nextInt(BYTES.length)];
    }
    return key;
  }
}
