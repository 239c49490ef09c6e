package io.quorate.store.net.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.journal.Durability;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.transport.TransportOptions;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PeerConfigTest {
  private static final String GOOD =
      """
      # A comment.
      peer.id = 2
      peer.1.address = 10.0.0.1:7400
      peer.2.address = [::1]:7400

      cluster.key = cluster.key
      data.directory = data
      """;

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void writeKey() throws IOException {
    KeyFile.write(
        directory.resolve("cluster.key"),
        "0f8c2c5e-0000-4000-8000-000000000001",
        "uploads",
        "ab".repeat(32));
    file = directory.resolve("peer.conf");
  }

  private PeerConfig read(String text) throws IOException {
    Files.writeString(file, text);
    return PeerConfig.read(file);
  }

  private String mistake(String text) {
    ConfigException refused = assertThrows(ConfigException.class, () -> read(text));
    String message = refused.getMessage();
    assertTrue(message.startsWith(file.toString()), message);
    return message.substring(file.toString().length() + 1).replace(directory + "/", "");
  }

  @Test
  void whatInitWritesReadsBackAsTheDefaults() throws IOException {
    Path fresh = directory.resolve("fresh");
    List<Endpoint> addresses =
        List.of(
            Endpoint.parse("a.example:7400"),
            Endpoint.parse("b.example:7400"),
            Endpoint.parse("[fe80::1]:7400"),
            Endpoint.parse("127.0.0.1:7401"));
    ClusterInit.Written written = ClusterInit.write(fresh, "uploads", addresses);
    assertEquals(4, written.peers().size());
    for (int id = 1; id <= 4; id++) {
      PeerConfig config = PeerConfig.read(written.peers().get(id - 1));
      assertEquals(id, config.peerId());
      assertEquals(addresses.get(id - 1), config.listen());
      assertEquals(addresses, List.copyOf(config.peers().values()));
      assertEquals(fresh.resolve("data-" + id), config.dataDirectory());
      assertEquals(TransportOptions.DEFAULTS, config.transport());
      assertEquals(Durability.FSYNC, config.durability());
      assertEquals(Optional.empty(), config.admin());
    }
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(written.key())));
    assertEquals(addresses, ClientConfig.read(written.client()).peers());
    assertThrows(
        FileAlreadyExistsException.class, () -> ClusterInit.write(fresh, "uploads", addresses));
  }

  /** So the file tells the truth about the defaults, and leaves no field out. */
  @Test
  void uncommentingEveryDefaultChangesNothing() throws IOException {
    Path conf =
        ClusterInit.write(directory.resolve("u"), "c", List.of(Endpoint.parse("127.0.0.1:7401")))
            .peers()
            .getFirst();
    PeerConfig before = PeerConfig.read(conf);
    String text = Files.readString(conf);
    for (Field field : Field.values()) {
      assertTrue(text.contains(field.fieldName() + " = "), field.fieldName());
    }
    String explicit = text.replaceAll("(?m)^#(?=[a-z])", "");
    assertFalse(explicit.equals(text));
    Files.writeString(conf, explicit);
    PeerConfig after = PeerConfig.read(conf);
    assertEquals(before.transport(), after.transport());
    assertEquals(before.segmentBytes(), after.segmentBytes());
    assertEquals(before.reserveBytes(), after.reserveBytes());
    assertEquals(before.queueBytes(), after.queueBytes());
    assertEquals(before.electionMillis(), after.electionMillis());
    assertEquals(before.listen(), after.listen());
    assertEquals(Optional.of(new Endpoint("127.0.0.1", 7481)), after.admin());
  }

  @Test
  void twoClustersHaveDifferentKeys() throws IOException {
    List<Endpoint> one = List.of(Endpoint.parse("127.0.0.1:7401"));
    Path a = ClusterInit.write(directory.resolve("a"), "c", one).key();
    Path b = ClusterInit.write(directory.resolve("b"), "c", one).key();
    assertFalse(Files.readString(a).equals(Files.readString(b)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "durabilty = fsync | 8: there is no field \"durabilty\"; did you mean \"durability\"?",
        "peer.id = 1 | 8: peer.id is set a second time; line 2 sets it too",
        "just words | 8: \"just words\" is not of the form name = value; comments begin with #",
        "durability = | 8: durability has no value; give one, or remove the line for the default",
        "durability = maybe | 8: durability is \"maybe\"; allowed are fsync and memory",
        "peer.3.address = 10.0.0.1:7400 | 8: peer.3.address is \"10.0.0.1:7400\"; peer.1.address has"
            + " the same address (line 3); each peer needs its own",
        "peer.3.address = 10.0.0.1:74000 | 8: peer.3.address is \"10.0.0.1:74000\"; port 74000 is"
            + " out of range; use 1 to 65535",
        "peer.3.address = 10.0.0.1:0 | 8: peer.3.address is \"10.0.0.1:0\"; port 0 is out of range;"
            + " use 1 to 65535",
        "peer.3.address = 10.0.0.1 | 8: peer.3.address is \"10.0.0.1\"; \"10.0.0.1\" is not an"
            + " address; write host:port, or [address]:port for IPv6",
        "peer.3.address = ::1:7400 | 8: peer.3.address is \"::1:7400\"; \"::1:7400\" is not an"
            + " address; write host:port, or [address]:port for IPv6",
        "peer.0.address = h:1 | 8: peer.0.address is \"h:1\"; peers are numbered from 1, without"
            + " leading zeros",
        "heartbeat.millis = 4 | 8: heartbeat.millis is \"4\"; allowed are 5 to 10000",
        "heartbeat.millis = soon | 8: heartbeat.millis is \"soon\"; allowed are 5 to 10000",
        "election.millis = 100 | 8: election.millis is 100; with a heartbeat of 50 ms it must be at"
            + " least 200",
        "journal.segmentBytes = 2 GiB | 8: journal.segmentBytes is \"2 GiB\"; allowed are 2 MiB to 1"
            + " GiB",
        "link.silentMillis = 300 | 8: link.silentMillis is 300; with link.pingMillis of 200 it must"
            + " be at least 600",
        "link.queueBytes = 1 MiB | 8: link.queueBytes is 1048576; it must be at least"
            + " link.chunkQueueBytes, which is 16777216",
      })
  void aMistakeIsShownWithItsLine(String line, String message) {
    assertEquals(message, mistake(GOOD + line + "\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "peer.id = 2 | peer.id = 7 | 2: peer.id is \"7\"; there is no peer.7.address; the peers"
            + " listed are [1, 2]",
        "peer.id = 2 | #none | ' peer.id is missing; it says which of the peers below this one is'",
        "cluster.key = cluster.key | cluster.key = other.key | 6: cluster.key is \"other.key\"; there"
            + " is no file other.key; copy the key file that `quorate init` wrote",
        "data.directory = data | data.directory = cluster.key | 7: data.directory is"
            + " \"cluster.key\"; cluster.key is not a directory",
        "data.directory = data | #none | ' data.directory is missing; it names where this peer"
            + " stores'",
      })
  void aWrongLineIsShown(String line, String instead, String message) {
    assertEquals(message, mistake(GOOD.replace(line + "\n", instead + "\n")));
  }

  @Test
  void sizesMayHaveUnits() throws IOException {
    PeerConfig config = read(GOOD + "journal.segmentBytes = 8MiB\njournal.reserveBytes = 3 GiB\n");
    assertEquals(8 << 20, config.segmentBytes());
    assertEquals(3L << 30, config.reserveBytes());
  }

  @Test
  void aKeyThatOthersMayReadIsRefused() throws IOException {
    Path key = directory.resolve("cluster.key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
    ConfigException refused = assertThrows(ConfigException.class, () -> read(GOOD));
    assertEquals(
        key + ": its mode is rw-r-----, so others may read the cluster key; run: chmod 600 " + key,
        refused.getMessage());
  }

  @Test
  void aDamagedKeyIsNamedAndNotShown() throws IOException {
    Path key = directory.resolve("cluster.key");
    Files.writeString(key, Files.readString(key).replace("ab".repeat(32), "ab".repeat(31)));
    ConfigException refused = assertThrows(ConfigException.class, () -> read(GOOD));
    assertEquals(
        key + ":6: cluster.key: it does not hold a cluster key, which is one line of 64 hex digits",
        refused.getMessage());
  }

  @Test
  void whatIsNoTextIsSaid() throws IOException {
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    ConfigException refused = assertThrows(ConfigException.class, () -> PeerConfig.read(file));
    assertEquals(file + ": it is not UTF-8 text", refused.getMessage());
    Path missing = directory.resolve("missing.conf");
    assertEquals(
        missing + ": there is no such file",
        assertThrows(ConfigException.class, () -> PeerConfig.read(missing)).getMessage());
  }
}
