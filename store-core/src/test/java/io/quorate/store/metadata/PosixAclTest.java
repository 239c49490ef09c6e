package io.quorate.store.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public final class PosixAclTest {
  private static final Map<String, Integer> TAGS =
      Map.of("u", 1, "U", 2, "g", 4, "G", 8, "m", 16, "o", 32);
  private static final Pattern ENTRY = Pattern.compile("([uUgGmo])(-?\\d*):([0-7]+)");

  /** The value for a short form: "u:6 U5:4 g:4 m:4 o:0" has a named user 5. */
  public static Bytes value(String text) {
    List<int[]> entries = new ArrayList<>();
    Matcher matcher = ENTRY.matcher(text);
    while (matcher.find()) {
      int id = matcher.group(2).isEmpty() ? -1 : Integer.parseInt(matcher.group(2));
      int rights = Integer.parseInt(matcher.group(3), 8);
      entries.add(new int[] {TAGS.get(matcher.group(1)), rights, id});
    }
    ByteBuffer out = ByteBuffer.allocate(4 + 8 * entries.size()).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(2);
    entries.forEach(
        entry -> out.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]));
    return Bytes.wrap(out.array());
  }

  private static PosixAcl acl(String text) {
    return PosixAcl.decode(value(text));
  }

  @Test
  void aValueIsAsLinuxHasIt() {
    // What setfacl -m u:65533:rx,m:r stored for a file of mode 640 on ext4.
    byte[] stored = {
      2, 0, 0, 0, //
      1, 0, 6, 0, -1, -1, -1, -1, //
      2, 0, 5, 0, -3, -1, 0, 0, //
      4, 0, 4, 0, -1, -1, -1, -1, //
      16, 0, 4, 0, -1, -1, -1, -1, //
      32, 0, 0, 0, -1, -1, -1, -1
    };
    assertEquals(Bytes.copyOf(stored), value("u:6 U65533:5 g:4 m:4 o:0"));
    assertEquals(Bytes.copyOf(stored), PosixAcl.decode(Bytes.copyOf(stored)).encode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "u:6", // no group, no others
        "u:6 g:4", // no others
        "u:6 g:4 o:4 o:4",
        "u:6 u:6 g:4 o:4",
        "g:4 u:6 o:4", // order
        "u:6 g:4 U5:4 m:7 o:4",
        "u:6 U5:4 g:4 o:4", // a named user and no mask
        "u:6 g:4 G5:4 o:4",
        "u:6 g:4 m:4 m:4 o:4",
        "u:6 g:10 o:4", // no such right
        "u:6 U-1:4 g:4 m:4 o:4"
      })
  void whatIsNoListIsRefused(String text) {
    assertEquals(ErrorCode.INVALID, assertThrows(Refused.class, () -> acl(text)).code());
  }

  @Test
  void anotherVersionOrLengthIsRefused() {
    byte[] other = value("u:6 g:4 o:4").unsafeArray().clone();
    other[0] = 3;
    Refused version = assertThrows(Refused.class, () -> PosixAcl.decode(Bytes.wrap(other)));
    assertEquals(ErrorCode.NOT_SUPPORTED, version.code());
    byte[] whole = value("u:6 g:4 o:4").unsafeArray();
    for (int length = 0; length < whole.length; length++) {
      Bytes cut = Bytes.wrap(java.util.Arrays.copyOf(whole, length));
      if (length == 4) {
        assertTrue(PosixAcl.decode(cut).isEmpty());
      } else {
        assertThrows(Refused.class, () -> PosixAcl.decode(cut), "cut to " + length);
      }
    }
  }

  /** Whatever bytes come: refused, or a list that encodes to the same bytes. */
  @Test
  void randomBytesDoNoHarm() {
    SplittableRandom random = new SplittableRandom(7);
    byte[] tags = {1, 2, 4, 8, 16, 32, 3};
    int taken = 0;
    for (int i = 0; i < 300_000; i++) {
      int count = random.nextInt(7);
      ByteBuffer out =
          ByteBuffer.allocate(4 + 8 * count + (random.nextInt(20) == 0 ? 3 : 0))
              .order(ByteOrder.LITTLE_ENDIAN);
      out.putInt(random.nextInt(30) == 0 ? random.nextInt() : 2);
      int tag = 0;
      for (int entry = 0; entry < count; entry++) {
        tag = Math.min(tags.length - 1, Math.max(0, tag + random.nextInt(4) - 1));
        out.putShort(tags[tag]).putShort((short) random.nextInt(9)).putInt(random.nextInt(3) - 1);
      }
      Bytes value = Bytes.wrap(out.array());
      try {
        assertEquals(value, PosixAcl.decode(value).encode());
        taken++;
      } catch (Refused e) {
        assertTrue(e.code() == ErrorCode.INVALID || e.code() == ErrorCode.NOT_SUPPORTED);
      }
    }
    assertTrue(taken > 1000, "only " + taken + " were lists");
  }

  @ParameterizedTest
  @CsvSource({
    "u:6 g:4 o:0,              640, true",
    "u:7 g:5 m:3 o:1,          731, false",
    "u:6 U5:7 g:4 m:5 o:2,     652, false",
    "u:0 g:7 G9:7 m:0 o:7,     007, false"
  })
  void theModeOfAList(String text, String mode, boolean minimal) {
    assertEquals(04000 | Integer.parseInt(mode, 8), acl(text).permissions(04777));
    assertEquals(minimal, acl(text).isMinimal());
  }

  @ParameterizedTest
  @CsvSource({
    "u:6 g:4 o:0,            751, u:7 g:5 o:1",
    "u:6 U5:7 g:4 m:5 o:2,   0700, u:7 U5:7 g:4 m:0 o:0",
    "u:6 g:4 G9:1 m:7 o:2,   6035, u:0 g:4 G9:1 m:3 o:5"
  })
  void chmodSetsOwnerMaskAndOthers(String before, String mode, String after) {
    PosixAcl changed = acl(before).withPermissions(Integer.parseInt(mode, 8));
    assertEquals(value(after), changed.encode());
  }

  /** POSIX 1003.1e draft 17, 23.1.5: what is asked for and what the default allows. */
  @ParameterizedTest
  @CsvSource({
    "u:7 g:5 o:0,            666,  640, u:6 g:4 o:0",
    "u:7 U5:7 g:5 m:7 o:5,   666,  664, u:6 U5:7 g:5 m:6 o:4",
    "u:7 U5:7 g:5 m:7 o:5,   2600, 2600, u:6 U5:7 g:5 m:0 o:0",
    "u:5 g:7 G9:7 m:3 o:7,   0777, 537, u:5 g:7 G9:7 m:3 o:7",
    "u:0 g:0 o:0,            777,  000, u:0 g:0 o:0"
  })
  void whatIsMadeInherits(String standard, String asked, String mode, String list) {
    PosixAcl.Inherited made = acl(standard).inherited(Integer.parseInt(asked, 8));
    assertEquals(Integer.parseInt(mode, 8), made.permissions());
    assertEquals(value(list), made.acl().encode());
  }

  @Test
  void aCommandCarriesWhatTheUmaskTook() {
    int carried = NewPermissions.of(06777, 0027);
    assertEquals(06750, NewPermissions.masked(carried));
    assertEquals(06777, NewPermissions.asked(carried));
    assertEquals(0640, NewPermissions.of(0640, 0), "without a umask it is the number itself");
    assertEquals(06750, carried & 07777, "and the low bits are what earlier versions read");
    assertFalse(carried < 0);
  }

  @Test
  void whatIsNoListStaysAsItIs() {
    Bytes none = Bytes.utf8("anything");
    assertEquals(none, PosixAcl.withPermissions(none, 0600));
    assertEquals(
        value("u:6 U5:7 g:4 m:0 o:0"),
        PosixAcl.withPermissions(value("u:7 U5:7 g:4 m:7 o:7"), 0600));
  }
}
