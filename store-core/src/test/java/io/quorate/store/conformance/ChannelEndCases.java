package io.quorate.store.conformance;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Channels that are closed, interrupted and shared, and files that go with theirs. */
abstract class ChannelEndCases extends Cases {
  ChannelEndCases(Callable<Face> opener) {
    super(opener);
  }

  // ---- closing and interrupts

  @Test
  void nothingWorksAfterClosing() throws IOException {
    FileChannel channel = channel(file("f", "abc"), READ, WRITE);
    channel.close();
    channel.close();
    assertFalse(channel.isOpen());
    ByteBuffer one = ByteBuffer.allocate(1);
    List<Executable> calls =
        List.of(
            () -> channel.read(one),
            () -> channel.read(one, 0),
            () -> channel.read(new ByteBuffer[] {one}),
            () -> channel.write(one),
            () -> channel.write(one, 0),
            () -> channel.write(new ByteBuffer[] {one}),
            channel::position,
            () -> channel.position(1),
            channel::size,
            () -> channel.truncate(1),
            () -> channel.force(true),
            () -> channel.transferTo(0, 1, Channels.newChannel(new ByteArrayOutputStream())),
            () -> channel.transferFrom(Channels.newChannel(InputStream.nullInputStream()), 0, 1),
            channel::lock,
            channel::tryLock);
    for (Executable call : calls) {
      assertThrows(ClosedChannelException.class, call);
    }
  }

  @Test
  void anInterruptedThreadClosesTheChannel() throws IOException {
    FileChannel channel = channel(at("f"), READ, WRITE, CREATE);
    channel.write(bytes("kept"));
    Thread.currentThread().interrupt();
    try {
      assertThrows(ClosedByInterruptException.class, () -> channel.read(ByteBuffer.allocate(1), 0));
      assertTrue(Thread.currentThread().isInterrupted());
    } finally {
      Thread.interrupted();
    }
    assertFalse(channel.isOpen());
    assertThrows(ClosedChannelException.class, channel::size);
    assertEquals("kept", text(at("f")));
  }

  @Test
  void interruptsFindAThreadAtWork() throws Exception {
    FileChannel channel = channel(at("f"), READ, WRITE, CREATE);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread writer =
        new Thread(
            () -> {
              try {
                while (true) {
                  channel.write(bytes("0123456789"), 0);
                }
              } catch (IOException e) {
                thrown.set(e);
              }
              flag.set(Thread.currentThread().isInterrupted());
            });
    writer.start();
    while (channel.isOpen() && channel.size() == 0) {
      Thread.onSpinWait();
    }
    writer.interrupt();
    writer.join();
    assertEquals(ClosedByInterruptException.class, thrown.get().getClass());
    assertEquals(true, flag.get());
    assertFalse(channel.isOpen());
    assertEquals("0123456789", text(at("f")));
  }

  @Test
  void closingStopsThreadsAtWork() throws Exception {
    FileChannel channel = channel(at("f"), READ, WRITE, CREATE);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                while (true) {
                  channel.read(ByteBuffer.allocate(10), 0);
                }
              } catch (IOException e) {
                thrown.set(e);
              }
            });
    reader.start();
    channel.write(bytes("x"));
    channel.close();
    reader.join();
    // AsynchronousCloseException is one, too: it depends on where the thread was.
    assertTrue(thrown.get() instanceof ClosedChannelException, () -> "" + thrown.get());
  }

  @Test
  void manyThreadsShareAChannel() throws Exception {
    SharedRecords records = new SharedRecords(8, 50);
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      records.write(record -> channel.write(ByteBuffer.wrap(record)));
      assertEquals(records.bytes(), channel.position());
    }
    records.assertWhole(at("f"));
  }

  // ---- files that go when they are closed

  @Test
  void theNameGoesAtOnceAndTheContentAtTheEnd() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE, DELETE_ON_CLOSE)) {
      assertFalse(Files.exists(at("f")));
      channel.write(bytes("abc"));
      assertEquals("abc", read(channel, 0, 9));
    }
    assertFalse(Files.exists(at("f")));
  }

  @Test
  void anotherFileOfThatNameStays() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE, DELETE_ON_CLOSE)) {
      file("f", "another");
      channel.write(bytes("mine"));
    }
    assertEquals("another", text(at("f")));
  }

  @Test
  void linksAreNotFollowedForDeletion() throws IOException {
    file("target", "abc");
    Files.createSymbolicLink(at("link"), path("target"));
    assertThrows(IOException.class, () -> channel(at("link"), READ, WRITE, DELETE_ON_CLOSE));
    assertTrue(Files.exists(at("target")));
  }

  @Test
  void streamsThatDelete() throws IOException {
    try (OutputStream out = Files.newOutputStream(at("f"), CREATE, WRITE, DELETE_ON_CLOSE)) {
      out.write('x');
    }
    assertFalse(Files.exists(at("f")));
    file("g", "abc");
    try (InputStream in = Files.newInputStream(at("g"), DELETE_ON_CLOSE)) {
      assertEquals('a', in.read());
    }
    assertFalse(Files.exists(at("g")));
  }
}
