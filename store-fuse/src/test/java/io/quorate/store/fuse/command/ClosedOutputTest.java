package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a command whose standard output takes no more. */
class ClosedOutputTest {
  @TempDir Path temp;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int initInto(String failure) {
    OutputStream closed =
        OutputFailedException.failing(
            new OutputStream() {
              @Override
              public void write(int value) throws IOException {
                throw new IOException(failure);
              }
            });
    Surroundings surroundings =
        new Surroundings(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(closed, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            Map.of(),
            temp,
            new NetConnector());
    return QuorateCommand.run(surroundings, "init");
  }

  @Test
  void aReaderThatLeavesEndsItQuietly() {
    assertEquals(ExitStatus.READER_GONE, initInto("Broken pipe"));
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aFullDiskIsAnError() {
    assertEquals(ExitStatus.FAILED, initInto("No space left on device"));
    String message = err.toString(StandardCharsets.UTF_8);
    assertEquals(1, message.lines().count(), message);
    assertEquals(true, message.contains("No space left on device"), message);
  }
}
