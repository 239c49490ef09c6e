package io.quorate.store.net.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A wire that can go dead without closing: it passes bytes on until it is frozen. */
final class Relay implements AutoCloseable {
  private final Endpoint to;
  private final ServerSocket server;
  private final List<Socket> sockets = new ArrayList<>();
  private volatile boolean frozen;

  Relay(Endpoint to) throws IOException {
    this.to = to;
    server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Thread.ofVirtual().start(this::accept);
  }

  Endpoint endpoint() {
    return new Endpoint("127.0.0.1", server.getLocalPort());
  }

  void freeze() {
    frozen = true;
  }

  private void accept() {
    try {
      while (true) {
        Socket in = server.accept();
        try {
          Socket out = new Socket(to.host(), to.port());
          synchronized (sockets) {
            sockets.add(in);
            sockets.add(out);
          }
          Thread.ofVirtual().start(() -> pass(in, out));
          Thread.ofVirtual().start(() -> pass(out, in));
        } catch (IOException e) {
          in.close();
        }
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private void pass(Socket from, Socket into) {
    byte[] buffer = new byte[64 << 10];
    try (from;
        into) {
      InputStream in = from.getInputStream();
      OutputStream out = into.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (!frozen) {
          out.write(buffer, 0, n);
        }
      }
    } catch (IOException closed) {
      // Both ends close with it.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    synchronized (sockets) {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
