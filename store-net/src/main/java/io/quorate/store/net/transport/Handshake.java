package io.quorate.store.net.transport;

import com.google.protobuf.ByteString;
import io.quorate.store.net.proto.Challenge;
import io.quorate.store.net.proto.Header;
import io.quorate.store.net.proto.Hello;
import io.quorate.store.net.proto.Proof;
import io.quorate.store.net.proto.Welcome;
import io.quorate.store.world.World;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The conversation that opens a connection.
 *
 * <pre>
 *   dialer                                      acceptor
 *     Hello(versions, cluster, from, to, nonce) ──►
 *                    ◄── Challenge(version, peer, nonce)
 *     Proof(HMAC "dialer", transcript)          ──►
 *                    ◄── Welcome(HMAC "acceptor", transcript)
 * </pre>
 *
 * <p>The transcript holds every field of Hello and Challenge, both nonces included, so that a proof
 * fits one connection and one role only: it can not be replayed, sent back, or taken for another
 * peer's. The dialer proves first: who has no key learns nothing from an acceptor. Either side may
 * say Refused(reason, text) in place of its turn.
 */
final class Handshake {
  /** The protocol versions that this build speaks. */
  static final int LOWEST_VERSION = 4;

  static final int HIGHEST_VERSION = 4;

  private static final int NONCE_BYTES = 32;
  private static final String DIALER = "quorate dialer";
  private static final String ACCEPTOR = "quorate acceptor";

  private Handshake() {}

  /** Whom the handshake found at the other end: a peer by its id, or a client (0). */
  record Party(int peer, long instance) {
    boolean isClient() {
      return peer == 0;
    }
  }

  /** The side that dialed. */
  static final class Dialer {
    private final ClusterIdentity cluster;
    private final Hello hello;
    private byte @Nullable [] transcript;
    private @Nullable Challenge challenge;

    /**
     * @param from own peer id, 0 for a client
     * @param to the peer to be reached, 0 for any
     */
    Dialer(ClusterIdentity cluster, int from, int to, long instance, World world) {
      this.cluster = cluster;
      hello =
          Hello.newBuilder()
              .setLowestVersion(LOWEST_VERSION)
              .setHighestVersion(HIGHEST_VERSION)
              .setClusterId(cluster.id())
              .setClusterName(cluster.name())
              .setFromPeer(from)
              .setToPeer(to)
              .setInstance(instance)
              .setNonce(nonce(world))
              .build();
    }

    Header hello() {
      return Header.newBuilder().setHello(hello).build();
    }

    /**
     * Takes the acceptor's turn.
     *
     * @return what to send next, or null when both sides have proved themselves
     */
    @Nullable Header next(Header header) throws RefusedException {
      return switch (header.getBodyCase()) {
        case CHALLENGE -> prove(header.getChallenge());
        case WELCOME -> {
          finish(header.getWelcome());
          yield null;
        }
        case REFUSED ->
            throw new RefusedException(
                Refusal.of(header.getRefused().getReason()), header.getRefused().getText());
        default -> throw outOfTurn(header);
      };
    }

    /** The acceptor, once {@link #next} has returned null. */
    Party acceptor() {
      Challenge made = challenge;
      if (made == null) {
        throw new IllegalStateException("the handshake has not ended");
      }
      return new Party(made.getPeer(), made.getInstance());
    }

    private Header prove(Challenge made) throws RefusedException {
      if (challenge != null || made.getNonce().size() != NONCE_BYTES) {
        throw new RefusedException(Refusal.NOT_QUORATE, "the handshake was out of order");
      }
      if (made.getVersion() < LOWEST_VERSION || made.getVersion() > HIGHEST_VERSION) {
        throw new RefusedException(
            Refusal.VERSION, "the peer chose protocol version " + made.getVersion());
      }
      if (hello.getToPeer() != 0 && hello.getToPeer() != made.getPeer()) {
        throw new RefusedException(
            Refusal.WRONG_PEER,
            "peer "
                + made.getPeer()
                + " answered where peer "
                + hello.getToPeer()
                + " was expected; compare the peers' addresses in the configurations");
      }
      challenge = made;
      byte[] agreed = Handshake.transcript(hello, made);
      transcript = agreed;
      return Header.newBuilder()
          .setProof(
              Proof.newBuilder().setMac(ByteString.copyFrom(cluster.key().prove(DIALER, agreed))))
          .build();
    }

    private void finish(Welcome welcome) throws RefusedException {
      if (transcript == null) {
        throw new RefusedException(Refusal.NOT_QUORATE, "the handshake was out of order");
      }
      byte[] expected = cluster.key().prove(ACCEPTOR, transcript);
      if (!MessageDigest.isEqual(expected, welcome.getMac().toByteArray())) {
        throw new RefusedException(
            Refusal.WRONG_KEY,
            "the other side could not prove that it holds the key of cluster "
                + cluster.describe());
      }
    }
  }

  /** The side that was dialed. */
  static final class Acceptor {
    private final ClusterIdentity cluster;
    private final int self;
    private final Set<Integer> peers;
    private final long instance;
    private final World world;
    private @Nullable Hello hello;
    private byte @Nullable [] transcript;
    private boolean proved;

    /**
     * @param peers the peers that may dial, besides clients
     */
    Acceptor(ClusterIdentity cluster, int self, Set<Integer> peers, long instance, World world) {
      this.cluster = cluster;
      this.self = self;
      this.peers = peers;
      this.instance = instance;
      this.world = world;
    }

    /** Takes the dialer's turn and returns what to send back. */
    Header next(Header header) throws RefusedException {
      return switch (header.getBodyCase()) {
        case HELLO -> challenge(header.getHello());
        case PROOF -> welcome(header.getProof());
        default -> throw outOfTurn(header);
      };
    }

    /** The dialer, once it has proved itself; null before. */
    @Nullable Party dialer() {
      Hello said = hello;
      return proved && said != null ? new Party(said.getFromPeer(), said.getInstance()) : null;
    }

    private Header challenge(Hello said) throws RefusedException {
      if (hello != null || said.getNonce().size() != NONCE_BYTES) {
        throw new RefusedException(Refusal.NOT_QUORATE, "the handshake was out of order");
      }
      int version = Math.min(HIGHEST_VERSION, said.getHighestVersion());
      if (version < LOWEST_VERSION || version < said.getLowestVersion()) {
        throw new RefusedException(
            Refusal.VERSION,
            String.format(
                "this peer speaks protocol versions %d to %d, you speak %s to %s; upgrade the older",
                LOWEST_VERSION,
                HIGHEST_VERSION,
                Integer.toUnsignedString(said.getLowestVersion()),
                Integer.toUnsignedString(said.getHighestVersion())));
      }
      checkParty(said);
      hello = said;
      Challenge made =
          Challenge.newBuilder()
              .setVersion(version)
              .setPeer(self)
              .setInstance(instance)
              .setNonce(nonce(world))
              .build();
      transcript = Handshake.transcript(said, made);
      return Header.newBuilder().setChallenge(made).build();
    }

    private void checkParty(Hello said) throws RefusedException {
      if (!said.getClusterId().equals(cluster.id())) {
        throw new RefusedException(
            Refusal.OTHER_CLUSTER,
            "this peer belongs to cluster "
                + cluster.describe()
                + ", you are configured for cluster "
                + describe(said.getClusterName(), said.getClusterId()));
      }
      int from = said.getFromPeer();
      if (from != 0 && (from == self || !peers.contains(from))) {
        throw new RefusedException(
            Refusal.UNKNOWN_PEER,
            from == self
                ? "you say that you are peer " + from + ", and so does this one"
                : "peer "
                    + Integer.toUnsignedString(from)
                    + " is no member of the cluster, as far as peer "
                    + self
                    + " knows; quorate peer list shows the members, quorate peer add makes it one");
      }
      if (said.getToPeer() != 0 && said.getToPeer() != self) {
        throw new RefusedException(
            Refusal.WRONG_PEER,
            "this is peer "
                + self
                + ", you meant to reach peer "
                + Integer.toUnsignedString(said.getToPeer())
                + "; compare the peers' addresses in both configurations");
      }
    }

    private Header welcome(Proof proof) throws RefusedException {
      if (transcript == null || proved) {
        throw new RefusedException(Refusal.NOT_QUORATE, "the handshake was out of order");
      }
      byte[] expected = cluster.key().prove(DIALER, transcript);
      if (!MessageDigest.isEqual(expected, proof.getMac().toByteArray())) {
        throw new RefusedException(
            Refusal.WRONG_KEY,
            "your key is not the key of cluster " + cluster.describe() + "; copy its key file");
      }
      proved = true;
      byte[] mac = cluster.key().prove(ACCEPTOR, transcript);
      return Header.newBuilder()
          .setWelcome(Welcome.newBuilder().setMac(ByteString.copyFrom(mac)))
          .build();
    }
  }

  private static RefusedException outOfTurn(Header header) {
    return new RefusedException(
        Refusal.NOT_QUORATE, header.getBodyCase() + " does not belong in a handshake");
  }

  /** A stranger's words in a message of ours: short, and without control characters. */
  private static String describe(String name, String id) {
    String words = name.isEmpty() ? id : name + " (" + id + ")";
    String printable = words.replaceAll("[^\\p{Print}]", "?");
    return printable.length() > 100 ? printable.substring(0, 100) + "..." : printable;
  }

  private static ByteString nonce(World world) {
    ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES);
    while (nonce.hasRemaining()) {
      nonce.putLong(world.randomLong());
    }
    return ByteString.copyFrom(nonce.flip());
  }

  /** Every field of both messages, each of fixed length or preceded by its length. */
  private static byte[] transcript(Hello hello, Challenge challenge) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(hello.getLowestVersion());
      out.writeInt(hello.getHighestVersion());
      writeBytes(out, hello.getClusterIdBytes());
      writeBytes(out, hello.getClusterNameBytes());
      out.writeInt(hello.getFromPeer());
      out.writeInt(hello.getToPeer());
      out.writeLong(hello.getInstance());
      writeBytes(out, hello.getNonce());
      out.writeInt(challenge.getVersion());
      out.writeInt(challenge.getPeer());
      out.writeLong(challenge.getInstance());
      writeBytes(out, challenge.getNonce());
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory takes all", e);
    }
    return bytes.toByteArray();
  }

  private static void writeBytes(DataOutputStream out, ByteString value) throws IOException {
    out.writeInt(value.size());
    value.writeTo(out);
  }
}
