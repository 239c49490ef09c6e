package io.quorate.store.net.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.quorate.store.net.proto.Header;
import io.quorate.store.world.World;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class HandshakeTest {
  private static final ClusterIdentity UPLOADS = cluster("id-1", "uploads", 1);

  private final World world = new ThreadsWorld(42);

  static ClusterIdentity cluster(String id, String name, int key) {
    byte[] bytes = new byte[ClusterKey.BYTES];
    Arrays.fill(bytes, (byte) key);
    return new ClusterIdentity(id, name, ClusterKey.of(bytes));
  }

  private Handshake.Dialer dialer(ClusterIdentity cluster, int from, int to) {
    return new Handshake.Dialer(cluster, from, to, 100 + from, world);
  }

  private Handshake.Acceptor acceptor(ClusterIdentity cluster, int self) {
    return new Handshake.Acceptor(cluster, self, Set.of(1, 2, 3, 4), 100 + self, world);
  }

  private static void converse(Handshake.Dialer dialer, Handshake.Acceptor acceptor)
      throws RefusedException {
    Header said = dialer.hello();
    while (said != null) {
      said = dialer.next(acceptor.next(said));
    }
  }

  private static void assertRefused(
      Refusal refusal, String message, Handshake.Dialer dialer, Handshake.Acceptor acceptor) {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> converse(dialer, acceptor));
    assertEquals(message, refused.getMessage());
    assertEquals(refusal, refused.refusal());
    assertNull(acceptor.dialer());
  }

  @Test
  void aPeerAndAClientAreKnownForWhatTheyAre() throws Exception {
    Handshake.Acceptor acceptor = acceptor(UPLOADS, 2);
    Handshake.Dialer dialer = dialer(UPLOADS, 1, 2);
    converse(dialer, acceptor);
    assertEquals(new Handshake.Party(1, 101), acceptor.dialer());
    assertEquals(new Handshake.Party(2, 102), dialer.acceptor());

    Handshake.Acceptor forClient = acceptor(UPLOADS, 3);
    converse(dialer(UPLOADS, 0, 0), forClient);
    assertEquals(new Handshake.Party(0, 100), forClient.dialer());
  }

  @Test
  void anotherClusterIsNamedToTheDialer() {
    assertRefused(
        Refusal.OTHER_CLUSTER,
        "this peer belongs to cluster uploads (id-1), you are configured for cluster mail (id-2)",
        dialer(cluster("id-2", "mail", 1), 1, 2),
        acceptor(UPLOADS, 2));
  }

  @Test
  void aStrangersWordsAreCutAndPrintable() {
    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () ->
                converse(
                    dialer(cluster("x\n\u001b[2J".repeat(100), "", 1), 1, 2),
                    acceptor(UPLOADS, 2)));
    assertFalse(refused.getMessage().contains("\n"));
    assertEquals(
        "this peer belongs to cluster uploads (id-1), you are configured for cluster "
            + "x??[2J".repeat(100).substring(0, 100)
            + "...",
        refused.getMessage());
  }

  @Test
  void anotherKeyIsRefusedByTheAcceptor() {
    assertRefused(
        Refusal.WRONG_KEY,
        "your key is not the key of cluster uploads (id-1); copy its key file",
        dialer(cluster("id-1", "uploads", 9), 1, 2),
        acceptor(UPLOADS, 2));
  }

  @Test
  void anAcceptorWithoutTheKeyIsRefusedByTheDialer() throws Exception {
    Handshake.Dialer dialer = dialer(UPLOADS, 1, 2);
    Handshake.Acceptor honest = acceptor(UPLOADS, 2);
    dialer.next(honest.next(dialer.hello()));
    Header forged =
        Header.newBuilder()
            .setWelcome(
                io.quorate.store.net.proto.Welcome.newBuilder()
                    .setMac(ByteString.copyFrom(new byte[32])))
            .build();
    RefusedException refused = assertThrows(RefusedException.class, () -> dialer.next(forged));
    assertEquals(Refusal.WRONG_KEY, refused.refusal());
    assertEquals(
        "the other side could not prove that it holds the key of cluster uploads (id-1)",
        refused.getMessage());
  }

  /** An impostor without the key sends a dialer's own proof back as its welcome. */
  @Test
  void aProofSentBackProvesNothing() throws Exception {
    Handshake.Dialer dialer = dialer(UPLOADS, 1, 2);
    Handshake.Acceptor honest = acceptor(UPLOADS, 2);
    Header proof = dialer.next(honest.next(dialer.hello()));
    assertNotNull(proof);
    Header echo =
        Header.newBuilder()
            .setWelcome(
                io.quorate.store.net.proto.Welcome.newBuilder().setMac(proof.getProof().getMac()))
            .build();
    assertThrows(RefusedException.class, () -> dialer.next(echo));
  }

  @Test
  void aProofFitsNoOtherConnection() throws Exception {
    Handshake.Dialer dialer = dialer(UPLOADS, 1, 2);
    Handshake.Acceptor first = acceptor(UPLOADS, 2);
    Header proof = dialer.next(first.next(dialer.hello()));
    assertNotNull(proof);

    Handshake.Acceptor second = acceptor(UPLOADS, 2);
    second.next(dialer.hello());
    RefusedException replayed = assertThrows(RefusedException.class, () -> second.next(proof));
    assertEquals(Refusal.WRONG_KEY, replayed.refusal());
    assertNull(second.dialer());
  }

  @Test
  void aPeerThatIsNotConfiguredIsRefused() {
    assertRefused(
        Refusal.UNKNOWN_PEER,
        "peer 9 is no member of the cluster, as far as peer 2 knows; quorate peer list shows the"
            + " members, quorate peer add makes it one",
        dialer(UPLOADS, 9, 2),
        acceptor(UPLOADS, 2));
    assertRefused(
        Refusal.UNKNOWN_PEER,
        "you say that you are peer 2, and so does this one",
        dialer(UPLOADS, 2, 2),
        acceptor(UPLOADS, 2));
  }

  @Test
  void aPeerAtAnothersAddressIsRefused() {
    assertRefused(
        Refusal.WRONG_PEER,
        "this is peer 3, you meant to reach peer 2; compare the peers' addresses in both"
            + " configurations",
        dialer(UPLOADS, 1, 2),
        acceptor(UPLOADS, 3));
  }

  @Test
  void aVersionFromTheFutureIsRefused() {
    Header hello = dialer(UPLOADS, 1, 2).hello();
    Header future =
        hello.toBuilder()
            .setHello(hello.getHello().toBuilder().setLowestVersion(7).setHighestVersion(9))
            .build();
    RefusedException refused =
        assertThrows(RefusedException.class, () -> acceptor(UPLOADS, 2).next(future));
    assertEquals(Refusal.VERSION, refused.refusal());
    assertEquals(
        "this peer speaks protocol versions 4 to 4, you speak 7 to 9; upgrade the older",
        refused.getMessage());
  }

  @Test
  void whatIsOutOfTurnIsRefused() throws Exception {
    Header hello = dialer(UPLOADS, 1, 2).hello();
    Handshake.Acceptor acceptor = acceptor(UPLOADS, 2);
    acceptor.next(hello);
    assertThrows(RefusedException.class, () -> acceptor.next(hello));
    Header proof =
        Header.newBuilder().setProof(io.quorate.store.net.proto.Proof.newBuilder()).build();
    assertThrows(RefusedException.class, () -> acceptor(UPLOADS, 2).next(proof));
    assertThrows(RefusedException.class, () -> dialer(UPLOADS, 1, 2).next(hello));
  }

  @Test
  void aKeyIsNeverShown() {
    ClusterKey key = ClusterKey.parse("ab".repeat(32) + "\n");
    assertFalse(key.toString().contains("ab"));
    IllegalArgumentException bad =
        assertThrows(IllegalArgumentException.class, () -> ClusterKey.parse("deadbeef".repeat(9)));
    assertFalse(bad.getMessage().contains("deadbeef"));
    assertFalse(
        new ClusterIdentity("i", "n", key)
            .toString()
            .contains(HexFormat.of().toHexDigits((byte) 0xab)));
  }
}
