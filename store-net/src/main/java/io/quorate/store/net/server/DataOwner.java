package io.quorate.store.net.server;

import io.quorate.store.net.config.PeerConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A line in each data directory that says whose it is, so that a peer never starts on another's
 * data. (Two peers with one history would count twice in every quorum.)
 */
final class DataOwner {
  private static final String FILE = "OWNER";
  private static final int WORDS = 6;

  private DataOwner() {}

  /**
   * Checks that {@code directory} is this peer's, or makes it so if it is nobody's. The directory
   * must be locked.
   *
   * @throws IOException if it is another cluster's or another peer's; the message says whose
   */
  static void claim(Path directory, PeerConfig config) throws IOException {
    String ours = "format 1 cluster " + config.cluster().id() + " peer " + config.peerId() + "\n";
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      try (FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        out.write(StandardCharsets.UTF_8.encode(ours));
        out.force(true);
      }
      return;
    }
    String theirs = read(file);
    // Nothing, or only the beginning: the process ended while it wrote the line, before any data.
    if (ours.startsWith(theirs)) {
      Files.delete(file);
      claim(directory, config);
      return;
    }
    String[] words = words(directory, theirs);
    boolean readable = words.length == WORDS;
    if (readable && !words[3].equals(config.cluster().id())) {
      throw new IOException(
          "data directory "
              + directory
              + " belongs to cluster "
              + words[3]
              + ", this peer is configured for cluster "
              + config.cluster().describe()
              + "; correct data.directory in "
              + config.file());
    }
    if (readable && !words[5].equals(Integer.toString(config.peerId()))) {
      throw new IOException(
          "data directory "
              + directory
              + " belongs to peer "
              + words[5]
              + ", this is peer "
              + config.peerId()
              + "; correct data.directory or peer.id in "
              + config.file());
    }
    if (!readable) {
      throw unreadable(directory);
    }
  }

  /**
   * The id of the cluster whose data is in {@code directory}, which is left as it is.
   *
   * @throws IOException if that is no data directory, or of a newer format
   */
  static UUID clusterOf(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      throw new IOException(
          directory
              + " is not the data directory of a peer: it has no "
              + FILE
              + " file; data.directory in the peer's configuration names it");
    }
    String[] words = words(directory, read(file));
    if (words.length != WORDS) {
      throw unreadable(directory);
    }
    try {
      return UUID.fromString(words[3]);
    } catch (IllegalArgumentException e) {
      throw unreadable(directory);
    }
  }

  private static String read(Path file) throws IOException {
    // Damaged bytes are no reason for another exception than the one that names the file.
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /** The words of the line; none if it is not one that was written here. */
  private static String[] words(Path directory, String line) throws IOException {
    String[] words = line.strip().split(" ", -1);
    if (words.length != WORDS || !words[0].equals("format")) {
      return new String[0];
    }
    if (!words[1].equals("1")) {
      throw new IOException(
          "data directory "
              + directory
              + " has format "
              + words[1]
              + ", newer than this version reads (1); upgrade Quorate");
    }
    return words;
  }

  private static IOException unreadable(Path directory) {
    return new IOException(
        "data directory " + directory + " has an unreadable " + FILE + " file; is it Quorate's?");
  }
}
