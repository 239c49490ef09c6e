package io.quorate.store.net.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.log.Entry;
import io.quorate.store.net.proto.AppendReply;
import io.quorate.store.net.proto.Header;
import io.quorate.store.net.proto.Ping;
import io.quorate.store.peer.PeerMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class FrameTest {
  private static final FrameWriter WRITER =
      new FrameWriter(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT, false);

  static List<PeerMessage> peerMessages() {
    return Samples.peerMessages();
  }

  @ParameterizedTest
  @MethodSource("peerMessages")
  void everyPeerMessageComesBackAsItWas(PeerMessage message) throws Exception {
    Frame frame = onlyFrame(bytes(PeerCodec.encode(message)));
    assertSameMessage(message, PeerCodec.decode(frame));
  }

  @ParameterizedTest
  @MethodSource("peerMessages")
  void framesMayArriveInPiecesOfAnySize(PeerMessage message) throws Exception {
    byte[] stream = concat(bytes(PeerCodec.encode(message)), bytes(PeerCodec.encode(message)));
    Random random = new Random(1);
    FrameReader reader = begun(FrameLimits.DEFAULT);
    List<Frame> frames = new ArrayList<>();
    int at = 0;
    while (at < stream.length) {
      int length =
          Math.min(stream.length - at, 1 + random.nextInt(random.nextInt(10) == 0 ? 70_000 : 9));
      ByteBuf piece = Unpooled.wrappedBuffer(stream, at, length);
      for (Frame f = reader.next(piece); f != null; f = reader.next(piece)) {
        frames.add(f);
      }
      at += length;
    }
    assertEquals(2, frames.size());
    assertTrue(reader.betweenFrames());
    for (Frame frame : frames) {
      assertSameMessage(message, PeerCodec.decode(frame));
    }
  }

  /** Builds of before wait for commits, perhaps, and do not say so. */
  @Test
  void whoDoesNotSayThatNobodyWaitsIsEager() throws Exception {
    Frame frame = Frame.of(Header.newBuilder().setAppendReply(AppendReply.newBuilder().setTerm(1)));
    PeerMessage.Consensus decoded =
        assertInstanceOf(PeerMessage.Consensus.class, PeerCodec.decode(frame));
    assertTrue(assertInstanceOf(ConsensusMessage.AppendReply.class, decoded.message()).eager());
  }

  @Test
  void theBytesAreAsDrawn() throws Exception {
    Frame ping = Frame.of(Header.newBuilder().setPing(Ping.newBuilder()));
    byte[] frame = bytes(ping);
    ByteBuffer fields = ByteBuffer.wrap(frame);
    int headerBytes = ping.header().getSerializedSize();
    assertEquals(8 + headerBytes, fields.getInt(0));
    assertEquals(headerBytes, fields.getInt(4));
    assertEquals(Chunks.crc32c(ByteBuffer.wrap(frame, 12, headerBytes)), fields.getInt(8));
    assertEquals(12 + headerBytes, frame.length);
    assertEquals("QUORATE\n", FrameWriter.preamble().toString(StandardCharsets.US_ASCII));
  }

  @Test
  void whatIsNotQuorateIsNamed() {
    FrameReader reader = new FrameReader(FrameLimits.HANDSHAKE);
    FrameException refused =
        assertThrows(
            FrameException.class,
            () -> reader.next(Unpooled.copiedBuffer("GET / HT", StandardCharsets.US_ASCII)));
    assertEquals(
        "it does not speak the Quorate protocol (it began with \"GET / HT\")",
        refused.getMessage());
  }

  @Test
  void whatIsNotQuorateIsNamedByItsFirstByte() {
    FrameReader reader = new FrameReader(FrameLimits.HANDSHAKE);
    assertThrows(
        FrameException.class, () -> reader.next(Unpooled.wrappedBuffer(new byte[] {0x16})));
  }

  @Test
  void oversizedFramesAreRefusedByTheirHead() throws Exception {
    assertRefused(
        head(8 + 5000, 5000),
        FrameLimits.HANDSHAKE,
        "a frame has a header of 5000 bytes; at most 4096 are accepted");
    assertRefused(
        head(8 + 10 + 1, 10),
        FrameLimits.HANDSHAKE,
        "a frame has a payload of 1 bytes; at most 0 are accepted");
    assertRefused(
        head(-1, 10),
        FrameLimits.DEFAULT,
        "a frame has a payload of 4294967277 bytes; at most 1048576 are accepted");
    assertRefused(
        head(-1, -1),
        FrameLimits.DEFAULT,
        "a frame of 4294967295 bytes claims a header of 4294967295 bytes");
    assertRefused(
        head(20, 0), FrameLimits.DEFAULT, "a frame of 20 bytes claims a header of 0 bytes");
    assertRefused(
        head(20, 13), FrameLimits.DEFAULT, "a frame of 20 bytes claims a header of 13 bytes");
  }

  @Test
  void aFlippedBitAnywhereIsFound() throws Exception {
    PeerMessage message = new PeerMessage.PushChunk(Samples.chunk(7, 1, 300));
    byte[] good = bytes(PeerCodec.encode(message));
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      FrameReader reader = begun(FrameLimits.DEFAULT);
      int damaged = bit;
      try {
        Frame frame = reader.next(Unpooled.wrappedBuffer(bad));
        if (frame == null) {
          // The length grew: it waits for more, which is all that it can know.
          assertFalse(reader.betweenFrames(), () -> "bit " + damaged);
          continue;
        }
        assertThrows(FrameException.class, () -> PeerCodec.decode(frame), () -> "bit " + damaged);
      } catch (FrameException expected) {
        assertNotNull(expected.getMessage());
      }
    }
  }

  @Test
  void aSenderIsToldOfAFrameThatTheOtherSideWouldRefuse() {
    FrameWriter small =
        new FrameWriter(PooledByteBufAllocator.DEFAULT, new FrameLimits(100, 10), false);
    Frame frame = PeerCodec.encode(new PeerMessage.PushChunk(Samples.chunk(7, 1, 11)));
    FrameException refused = assertThrows(FrameException.class, () -> small.encode(frame));
    assertTrue(refused.getMessage().contains("11 of payload"), refused.getMessage());
  }

  @Test
  void oneCopyOfAChunkServesAllLinks() throws Exception {
    FrameWriter shared = new FrameWriter(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT, true);
    Chunk chunk = Samples.chunk(7, 1, 1 << 20);
    List<ByteBuf> first = shared.encode(PeerCodec.encode(new PeerMessage.PushChunk(chunk)));
    List<ByteBuf> second = shared.encode(PeerCodec.encode(new PeerMessage.PushChunk(chunk)));
    assertSame(memory(first.getLast()), memory(second.getLast()));
    assertSameMessage(new PeerMessage.PushChunk(chunk), PeerCodec.decode(onlyFrame(bytes(second))));
    ByteBuf copy = memory(first.getLast());
    assertEquals(3, copy.refCnt());
    shared.forget();
    first.forEach(ByteBuf::release);
    assertEquals(1, copy.refCnt());
    second.forEach(ByteBuf::release);
    assertEquals(0, copy.refCnt());
  }

  /** Netty puts an object more around some buffers, to find those that are never released. */
  private static ByteBuf memory(ByteBuf buffer) {
    ByteBuf inner = buffer;
    while (inner.unwrap() != null) {
      inner = inner.unwrap();
    }
    return inner;
  }

  /** Seeded: whatever arrives, the reader returns frames, waits, or says what is wrong. */
  @Test
  void garbageNeverBreaksTheReader() throws Exception {
    List<byte[]> good = new ArrayList<>();
    for (PeerMessage message : Samples.peerMessages()) {
      byte[] bytes = bytes(PeerCodec.encode(message));
      if (bytes.length < 50_000) {
        good.add(bytes);
      }
    }
    int refused = 0;
    int understood = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      byte[] stream = mutate(random, good);
      FrameReader reader = begun(new FrameLimits(64 << 10, 64 << 10));
      ByteBuf in = Unpooled.wrappedBuffer(stream);
      try {
        for (Frame frame = reader.next(in); frame != null; frame = reader.next(in)) {
          PeerCodec.decode(frame);
          understood++;
        }
        assertEquals(0, in.readableBytes(), "seed " + seed);
      } catch (FrameException e) {
        assertNotNull(e.getMessage(), "seed " + seed);
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertTrue(refused > 5_000, "refused " + refused);
    assertTrue(understood > 5_000, "understood " + understood);
  }

  /** Seeded: headers whose checksum is right and whose content is not. */
  @Test
  void forgedHeadersNeverBreakTheReader() throws Exception {
    List<Frame> good = Samples.peerMessages().stream().map(PeerCodec::encode).toList();
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      byte[] header = good.get(random.nextInt(good.size())).header().toByteArray();
      for (int flips = 1 + random.nextInt(4); flips > 0 && header.length > 0; flips--) {
        header[random.nextInt(header.length)] = (byte) random.nextInt();
      }
      byte[] payload = new byte[random.nextInt(3) == 0 ? random.nextInt(200) : 0];
      ByteBuf stream = Unpooled.buffer();
      stream.writeInt(8 + header.length + payload.length).writeInt(header.length);
      stream.writeInt(Chunks.crc32c(ByteBuffer.wrap(header))).writeBytes(header);
      stream.writeBytes(payload);
      try {
        Frame frame = begun(FrameLimits.DEFAULT).next(stream);
        assertNotNull(frame, "seed " + seed);
        PeerCodec.decode(frame);
      } catch (FrameException e) {
        assertNotNull(e.getMessage(), "seed " + seed);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static byte[] mutate(Random random, List<byte[]> good) {
    byte[] stream = new byte[0];
    for (int frames = 1 + random.nextInt(3); frames > 0; frames--) {
      stream = concat(stream, good.get(random.nextInt(good.size())));
    }
    switch (random.nextInt(4)) {
      case 0 -> {
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
          stream[random.nextInt(stream.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> stream = java.util.Arrays.copyOf(stream, random.nextInt(stream.length));
      case 2 -> random.nextBytes(stream);
      default -> {
        byte[] noise = new byte[1 + random.nextInt(30)];
        random.nextBytes(noise);
        stream = concat(concat(stream, noise), good.getFirst());
      }
    }
    return stream;
  }

  private static void assertRefused(byte[] head, FrameLimits limits, String message)
      throws Exception {
    FrameReader reader = begun(limits);
    FrameException refused =
        assertThrows(FrameException.class, () -> reader.next(Unpooled.wrappedBuffer(head)));
    assertEquals(message, refused.getMessage());
  }

  private static byte[] head(int length, int headerBytes) {
    return ByteBuffer.allocate(12).putInt(length).putInt(headerBytes).array();
  }

  private static FrameReader begun(FrameLimits limits) throws FrameException {
    FrameReader reader = new FrameReader(limits);
    assertNull(reader.next(FrameWriter.preamble()));
    return reader;
  }

  static Frame onlyFrame(byte[] bytes) throws FrameException {
    FrameReader reader = begun(FrameLimits.DEFAULT);
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    Frame frame = reader.next(in);
    assertNotNull(frame);
    assertNull(reader.next(in));
    assertTrue(reader.betweenFrames());
    return frame;
  }

  static byte[] bytes(Frame frame) throws FrameException {
    List<ByteBuf> buffers = WRITER.encode(frame);
    byte[] bytes = bytes(buffers);
    buffers.forEach(ByteBuf::release);
    return bytes;
  }

  private static byte[] bytes(List<ByteBuf> buffers) {
    byte[] bytes = new byte[0];
    for (ByteBuf buffer : buffers) {
      byte[] part = new byte[buffer.readableBytes()];
      buffer.getBytes(buffer.readerIndex(), part);
      bytes = concat(bytes, part);
    }
    return bytes;
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Records with arrays do not compare by content; everything else of these messages does. */
  private static void assertSameMessage(PeerMessage expected, PeerMessage actual) {
    switch (expected) {
      case PeerMessage.Propose propose -> {
        PeerMessage.Propose other = (PeerMessage.Propose) actual;
        assertEquals(propose.ticket(), other.ticket());
        assertEquals(propose.commands().size(), other.commands().size());
        for (int i = 0; i < propose.commands().size(); i++) {
          PeerMessage.ProposedCommand a = propose.commands().get(i);
          PeerMessage.ProposedCommand b = other.commands().get(i);
          assertEquals(ByteBuffer.wrap(a.body()), ByteBuffer.wrap(b.body()));
          assertEquals(a.session(), b.session());
          assertEquals(a.sequence(), b.sequence());
          assertEquals(a.freesSpace(), b.freesSpace());
          assertEquals(a.chunks(), b.chunks());
        }
      }
      case PeerMessage.Consensus(ConsensusMessage.AppendEntries append) -> {
        ConsensusMessage.AppendEntries other =
            (ConsensusMessage.AppendEntries) ((PeerMessage.Consensus) actual).message();
        assertEquals(append.entries().size(), other.entries().size());
        for (int i = 0; i < append.entries().size(); i++) {
          Entry a = append.entries().get(i);
          Entry b = other.entries().get(i);
          assertEquals(ByteBuffer.wrap(a.body()), ByteBuffer.wrap(b.body()));
          assertEquals(withoutBody(a), withoutBody(b));
        }
        assertEquals(withoutEntries(append), withoutEntries(other));
      }
      default -> assertEquals(expected, actual);
    }
  }

  private static final byte[] NONE = {};

  private static Entry withoutBody(Entry entry) {
    return new Entry(
        entry.index(), entry.term(), entry.stampNanos(), entry.kind(), entry.chunks(), NONE);
  }

  private static ConsensusMessage withoutEntries(ConsensusMessage.AppendEntries message) {
    return new ConsensusMessage.AppendEntries(
        message.term(),
        message.incarnation(),
        message.prevIndex(),
        message.prevTerm(),
        List.of(),
        message.commitIndex(),
        message.round(),
        message.writable(),
        message.forced(),
        message.lease(),
        message.calledBack(),
        message.durableIndex());
  }
}
