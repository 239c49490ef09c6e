package io.quorate.store.fuse.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.metadata.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RequestDecoderTest {

  private static ByteBuffer message(int opcode, byte[] body) {
    ByteBuffer out =
        ByteBuffer.allocate(RequestDecoder.HEADER_BYTES + body.length)
            .order(ByteOrder.nativeOrder());
    out.putInt(out.capacity()).putInt(opcode).putLong(7).putLong(1);
    out.putInt(1000).putInt(100).putInt(42).putInt(0);
    return out.put(body).flip();
  }

  private static Request decode(ByteBuffer message) throws MalformedRequestException {
    Header header = RequestDecoder.header(message);
    return RequestDecoder.body(header, message, InitFlags.SETXATTR_EXT);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void whoAsksIsInTheHeader() throws Exception {
    Header header = RequestDecoder.header(message(Opcode.LOOKUP, text("a\0")));
    assertEquals(new Header(Opcode.LOOKUP, 7, 1, 1000, 100, 42), header);
  }

  @Test
  void namesEndWithAZero() throws Exception {
    assertEquals(
        new Request.Symlink(Bytes.utf8("link"), Bytes.utf8("target")),
        decode(message(Opcode.SYMLINK, text("link\0target\0"))));
    assertThrows(
        MalformedRequestException.class, () -> decode(message(Opcode.LOOKUP, text("endless"))));
  }

  @Test
  void aLengthThatIsNotTheMessagesIsRefused() {
    ByteBuffer message = message(Opcode.LOOKUP, text("a\0"));
    message.putInt(0, 1000);
    assertThrows(MalformedRequestException.class, () -> RequestDecoder.header(message));
    assertThrows(
        MalformedRequestException.class, () -> RequestDecoder.header(ByteBuffer.allocate(10)));
  }

  @Test
  void whatFollowsTheBodyIsNotOfTheBody() throws Exception {
    ByteBuffer message = message(Opcode.LOOKUP, text("a\0extended"));
    message.putShort(36, (short) 1);
    assertEquals(new Request.Lookup(Bytes.utf8("a")), decode(message));
  }

  @Test
  void aWriteMustCarryWhatItSays() {
    byte[] body = new byte[40 + 5];
    ByteBuffer.wrap(body).order(ByteOrder.nativeOrder()).putInt(16, 6);
    assertThrows(MalformedRequestException.class, () -> decode(message(Opcode.WRITE, body)));
  }

  /** Whatever comes, it is decoded or refused. */
  @Test
  void randomBytesDoNoHarm() {
    SplittableRandom random = new SplittableRandom(1);
    int refused = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] body = new byte[random.nextInt(200)];
      random.nextBytes(body);
      try {
        decode(message(random.nextInt(60), body));
      } catch (MalformedRequestException e) {
        refused++;
      }
    }
    assertTrue(refused > 1_000, "only " + refused + " were refused");
  }
}
