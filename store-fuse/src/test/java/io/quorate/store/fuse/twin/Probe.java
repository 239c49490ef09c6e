package io.quorate.store.fuse.twin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * Shows what a link lets through: sends each line {@code ADDRESS WORD} of its standard input as a
 * datagram, and prints the words that it receives.
 */
final class Probe {
  private static final int PORT = 5_000;
  private static final int MAX_BYTES = 100;

  private Probe() {}

  public static void main(String[] words) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(PORT);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      Thread.ofPlatform().daemon().start(() -> receive(socket));
      System.out.println("ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] parts = line.split(" ");
        byte[] word = parts[1].getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(word, word.length, InetAddress.getByName(parts[0]), PORT));
      }
    }
  }

  private static void receive(DatagramSocket socket) {
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(new byte[MAX_BYTES], MAX_BYTES);
        socket.receive(packet);
        System.out.println(
            new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      // The socket goes when the input ends.
    }
  }
}
