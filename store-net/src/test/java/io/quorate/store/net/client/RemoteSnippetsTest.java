package io.quorate.store.net.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.ConditionFailedException;
import io.quorate.store.FileDownload;
import io.quorate.store.FileUpload;
import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.Store;
import io.quorate.store.StoreSnippetsTest;
import io.quorate.store.VersionGoneException;
import io.quorate.store.net.server.LocalCluster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples of the API, and what they promise, between clients of different peers. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RemoteSnippetsTest extends StoreSnippetsTest {
  private static LocalCluster cluster;

  @BeforeAll
  static void startCluster() throws IOException {
    cluster = LocalCluster.start(3);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  private static Store connect(int peer) throws IOException {
    return Store.connect(
        cluster.files().key(), "127.0.0.1:" + cluster.peer(peer).address().getPort());
  }

  @Override
  protected Store open() throws IOException {
    return connect(1);
  }

  private static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void aDownloadIsOfOneVersionWhileOthersReplaceAndDelete() throws IOException {
    byte[] first = random(1, 5 << 20);
    try (Store reader = connect(1);
        Store writer = connect(2)) {
      writer.put(writer.path("/v"), new ByteArrayInputStream(first));
      try (FileDownload download = reader.download(reader.path("/v"))) {
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        download.transferTo(0, 2 << 20, sink);
        FileVersion second =
            writer.put(
                writer.path("/v"),
                new ByteArrayInputStream(random(2, 5 << 20)),
                PutCondition.ifVersion(download.version()));
        assertFalse(second.etag().equals(download.version().etag()));
        assertThrows(
            ConditionFailedException.class,
            () ->
                writer.put(
                    writer.path("/v"),
                    new ByteArrayInputStream(first),
                    PutCondition.ifVersion(download.version())));
        Files.delete(writer.path("/v"));
        download.transferTo(2 << 20, Long.MAX_VALUE, sink);
        assertArrayEquals(first, sink.toByteArray());
      }
    }
  }

  @Test
  void aWriteInPlaceTakesTheVersionAway() throws IOException {
    byte[] first = random(3, 3 << 20);
    try (Store reader = connect(3);
        Store writer = connect(2)) {
      writer.put(writer.path("/w"), new ByteArrayInputStream(first));
      try (FileDownload download = reader.download(reader.path("/w"))) {
        assertEquals(first.length, download.sizeBytes());
        try (FileChannel channel = FileChannel.open(writer.path("/w"), StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(new byte[100]), 1 << 20);
        }
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        assertThrows(VersionGoneException.class, () -> download.transferTo(sink));
        assertTrue(
            Arrays.equals(first, 0, sink.size(), sink.toByteArray(), 0, sink.size()),
            "what came until then is of the version");
      }
    }
  }

  @Test
  void anUploadIsSeenByNobodyBeforeItsCommit() throws IOException {
    byte[] bytes = random(4, 3 << 20);
    try (Store one = connect(1);
        Store two = connect(2)) {
      try (FileUpload given = one.upload(one.path("/u"))) {
        given.write(ByteBuffer.wrap(bytes));
        assertFalse(Files.exists(two.path("/u")));
      }
      assertFalse(Files.exists(two.path("/u")));
      try (FileUpload upload = one.upload(one.path("/u"))) {
        upload.write(ByteBuffer.wrap(bytes));
        FileVersion version = upload.commit(PutCondition.ifAbsent());
        assertEquals(version, two.version(two.path("/u")));
        assertEquals(version, two.checksum(two.path("/u")).version());
      }
      assertArrayEquals(bytes, Files.readAllBytes(two.path("/u")));
    }
  }
}
