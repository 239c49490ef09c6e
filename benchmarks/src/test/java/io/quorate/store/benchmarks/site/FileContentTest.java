package io.quorate.store.benchmarks.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileContentTest {
  /** More than once around the noise. */
  private static final int LONG_BYTES = (8 << 20) + 12_345;

  private static byte[] bytes(FileContent content) throws IOException {
    return content.stream().readAllBytes();
  }

  @Test
  void whatIsSentIsWhatIsCompared() throws IOException {
    for (int length : new int[] {0, 1, 7, 8, 9, 10_240, LONG_BYTES}) {
      FileContent content = new FileContent(42, length);
      byte[] sent = bytes(content);
      assertEquals(length, sent.length);
      assertTrue(content.matches(0, ByteBuffer.wrap(sent)));
      int half = length / 2;
      assertTrue(content.matches(half, ByteBuffer.wrap(sent, half, length - half)));
    }
  }

  @Test
  void anyOtherByteIsSeen() throws IOException {
    FileContent content = new FileContent(42, LONG_BYTES);
    for (int at : new int[] {0, 7, 8, 4096, LONG_BYTES - 1}) {
      byte[] sent = bytes(content);
      sent[at] ^= 1;
      assertFalse(content.matches(0, ByteBuffer.wrap(sent)), "at " + at);
    }
  }

  @Test
  void oneByteTooManyIsSeen() throws IOException {
    FileContent content = new FileContent(42, 100);
    byte[] more = new byte[101];
    content.stream().readNBytes(more, 0, 100);
    assertFalse(content.matches(0, ByteBuffer.wrap(more)));
  }

  @Test
  void noTwoFilesAreAlike() throws IOException {
    byte[] one = bytes(new FileContent(1, 20_000));
    assertFalse(new FileContent(2, 20_000).matches(0, ByteBuffer.wrap(one)));
    // Nor do they look alike in the middle, where there is no number.
    assertFalse(new FileContent(2, 20_000).matches(10_000, ByteBuffer.wrap(one, 10_000, 4_000)));
  }

  @Test
  void aFileMustHaveAllOfItAndNoMore(@TempDir Path directory) throws IOException {
    FileContent content = new FileContent(3, 200_000);
    Path list = directory.resolve("list");
    Files.writeString(list, "3 200000 sub/file\n");
    Path file = directory.resolve("sub/file");
    assertEquals(1, FileCheck.check(list, directory).missing());
    Files.createDirectory(directory.resolve("sub"));
    Files.write(file, bytes(content));
    assertTrue(FileCheck.check(list, directory).isGood());
    Files.write(file, bytes(new FileContent(3, 199_999)));
    assertEquals(1, FileCheck.check(list, directory).different());
    Files.write(file, bytes(new FileContent(3, 200_001)));
    assertEquals(1, FileCheck.check(list, directory).different());
    Files.write(file, bytes(new FileContent(4, 200_000)));
    FileCheck.Result result = FileCheck.check(list, directory);
    assertEquals(1, result.different());
    assertEquals(result, FileCheck.Result.parse(result.line()));
  }
}
