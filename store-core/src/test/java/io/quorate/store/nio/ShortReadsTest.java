package io.quorate.store.nio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.gateway.ForwardingGateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.world.RealWorld;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that end before the range does: of fragmented files, and before what is lost. */
class ShortReadsTest {
  private static final int LENGTH = 200_000;
  private static final long LOST = 150_000;

  /** Answers at most so many bytes, up to a range that is lost, and with an error within it. */
  private static final class Shortening extends ForwardingGateway {
    volatile int most = Integer.MAX_VALUE;
    volatile long lostFrom = Long.MAX_VALUE;

    Shortening(SoloGateway next) {
      super(next);
    }

    @Override
    public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
      if (offset >= lostFrom && offset < lostFrom + 1_000) {
        return CompletableFuture.completedFuture(
            new ReadReply.Failed(ErrorCode.IO, "bytes 150000 to 150999 are lost"));
      }
      long upTo = offset < lostFrom ? lostFrom - offset : Long.MAX_VALUE;
      return super.read(at, content, offset, (int) Math.min(Math.min(lengthBytes, most), upTo));
    }
  }

  private final RealWorld world = RealWorld.create();
  private final Shortening gateway = new Shortening(new SoloGateway(world));
  private final GatewayStore store = GatewayStore.over(world, gateway, StoreOptions.defaults());
  private final Path file = store.path("/f");
  private final byte[] content = new byte[LENGTH];

  @BeforeEach
  void write() throws IOException {
    new Random(1).nextBytes(content);
    Files.write(file, content);
  }

  @AfterEach
  void close() {
    store.close();
    world.close();
  }

  private byte[] readAsync(long offset, int length) throws Exception {
    ByteBuffer read = store.readAsync(file, offset, length).get();
    byte[] bytes = new byte[read.remaining()];
    read.get(bytes);
    return bytes;
  }

  @Test
  void aRangeComesWholeThoughItsAnswersAreShort() throws Exception {
    gateway.most = 7_000;
    assertArrayEquals(content, readAsync(0, LENGTH));
    assertArrayEquals(content, readAsync(0, 1 << 20), "shorter at the end only");
    assertEquals(100, readAsync(LENGTH - 100, 5_000).length);
    assertEquals(0, readAsync(LENGTH, 10).length);
    assertArrayEquals(content, Files.readAllBytes(file));
  }

  /** Whatever reads the file: the error names it and the range, and nothing ends early for it. */
  @Test
  void whatIsLostIsAnErrorAndNotTheEnd() throws Exception {
    gateway.lostFrom = LOST;
    assertEquals(LOST, readAsync(0, (int) LOST).length);
    ExecutionException async = assertThrows(ExecutionException.class, () -> readAsync(0, LENGTH));
    assertTrue(async.getCause().getMessage().contains("are lost"), async::toString);
    FileSystemException whole =
        assertThrows(FileSystemException.class, () -> Files.readAllBytes(file));
    assertTrue(whole.getMessage().contains("/f"), whole::getMessage);
    assertTrue(whole.getMessage().contains("bytes 150000 to 150999 are lost"), whole::getMessage);
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    assertThrows(IOException.class, () -> store.get(file, sink));
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer target = ByteBuffer.allocate(1 << 20);
      assertEquals(LOST, channel.read(target, 0));
      assertThrows(IOException.class, () -> channel.read(ByteBuffer.allocate(10), LOST + 5));
      ByteBuffer rest = ByteBuffer.allocate(1 << 20);
      assertEquals(LENGTH - LOST - 1_000, channel.read(rest, LOST + 1_000));
    }
  }
}
