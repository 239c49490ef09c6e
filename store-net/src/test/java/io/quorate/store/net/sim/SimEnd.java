package io.quorate.store.net.sim;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection, as its kernel sees it: what the process has written and the other end
 * has not got yet, and what has arrived and the process has not read yet. Both are bounded.
 */
final class SimEnd {
  private static final int RECEIVE_BYTES = 64 << 10;
  private static final int MOST_SEGMENT_BYTES = 16 << 10;

  /** The process's side: told on the carrier, to look later on its own thread. */
  interface Watcher {
    void changed();
  }

  private final SimTcp tcp;
  private final SimSockets sockets;
  private final int remoteNode;
  private final boolean dialed;
  private final int sendBytes;
  private final FramePlace place = new FramePlace();
  private final ArrayDeque<byte[]> sending = new ArrayDeque<>();
  private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
  private @Nullable SimEnd other;
  private Watcher watcher = () -> {};
  private int sendingBytes;
  private int unacknowledgedBytes;
  private int arrivedBytes;
  private boolean established;
  private boolean underWay;
  private int tries;
  private boolean endWritten;
  private boolean endArrived;
  private boolean closed;
  private @Nullable String error;

  /**
   * @param dialer the end that dialed, for the one that accepts
   */
  SimEnd(SimTcp tcp, SimSockets sockets, int remoteNode, @Nullable SimEnd dialer) {
    this.tcp = tcp;
    this.sockets = sockets;
    this.remoteNode = remoteNode;
    this.other = dialer;
    this.dialed = dialer == null;
    this.established = dialer != null;
    this.sendBytes = 1 << (10 + tcp.random().below(9));
  }

  SimSockets sockets() {
    return sockets;
  }

  int node() {
    return sockets.node();
  }

  int remoteNode() {
    return remoteNode;
  }

  boolean dialed() {
    return dialed;
  }

  @Nullable SimEnd other() {
    return other;
  }

  boolean isEstablished() {
    return established;
  }

  boolean isClosed() {
    return closed;
  }

  boolean isInFrame() {
    return place.isInFrame();
  }

  /** Why nothing more goes or comes; null while that is not so. */
  @Nullable String error() {
    return error;
  }

  void watch(Watcher newWatcher) {
    watcher = newWatcher;
  }

  void meets(SimEnd accepted) {
    other = accepted;
  }

  void established() {
    if (!established) {
      established = true;
      watcher.changed();
    }
  }

  /** Bytes that can be written now. */
  int room() {
    return error != null ? 0 : Math.max(0, sendBytes - sendingBytes - unacknowledgedBytes);
  }

  void write(byte[] bytes) {
    sending.add(bytes);
    sendingBytes += bytes.length;
    transmit();
  }

  boolean hasArrived() {
    return !arrived.isEmpty();
  }

  boolean isAtEnd() {
    return arrived.isEmpty() && endArrived;
  }

  byte @Nullable [] read() {
    byte[] bytes = arrived.poll();
    if (bytes != null) {
      arrivedBytes -= bytes.length;
      if (other != null) {
        other.transmit();
      }
    }
    return bytes;
  }

  /** The process closes it, or has been killed. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    tcp.forget(this);
    if (error != null || other == null) {
      return;
    }
    if (!established || !arrived.isEmpty()) {
      // What was not read can not be taken back: the other end is told by a reset.
      sending.clear();
      sendingBytes = 0;
      answerReset();
    } else {
      endWritten = true;
      transmit();
    }
  }

  /** The machine has lost its power, and what it had not sent with it. */
  void vanish() {
    closed = true;
    error = "power lost";
    tcp.forget(this);
  }

  private void answerReset() {
    SimEnd told = other;
    tcp.simulation()
        .after(
            tcp.delayNanos(),
            () -> {
              if (told != null && tcp.passes(node(), remoteNode)) {
                told.broken("Connection reset by peer");
              }
            });
  }

  /** It has ended by a reset or a refusal. */
  void broken(String why) {
    if (error != null) {
      return;
    }
    error = why;
    sending.clear();
    sendingBytes = 0;
    if (tcp.random().chance(0.5)) {
      arrived.clear();
      arrivedBytes = 0;
    }
    watcher.changed();
  }

  /** A link is mended: acknowledgements come through again. */
  void mended(int from, int to) {
    if (from == remoteNode && to == node() && unacknowledgedBytes > 0) {
      unacknowledgedBytes = 0;
      watcher.changed();
      transmit();
    }
  }

  /** Sends the next segment, unless one is under way or there is none. */
  void transmit() {
    if (underWay || error != null || !established || other == null) {
      return;
    }
    if (sendingBytes == 0 && !(endWritten && !other.endArrived)) {
      return;
    }
    underWay = true;
    tcp.simulation().after(tcp.delayNanos(), this::arrives);
  }

  private void sendAgain() {
    underWay = true;
    tcp.simulation().count("tcp segment sent again");
    tcp.simulation().after(SimTcp.resendNanos(tries++), this::arrives);
  }

  private void arrives() {
    underWay = false;
    SimEnd receiver = other;
    if (error != null || receiver == null) {
      return;
    }
    if (!tcp.passes(node(), remoteNode)) {
      sendAgain();
      return;
    }
    tries = 0;
    if (receiver.closed) {
      if (sendingBytes > 0) {
        receiver.answerReset();
      }
      return;
    }
    if (receiver.error != null) {
      return;
    }
    if (sendingBytes > 0) {
      carry(receiver);
    } else if (endWritten) {
      receiver.endArrived = true;
      receiver.watcher.changed();
    }
  }

  private void carry(SimEnd receiver) {
    int room = Math.min(MOST_SEGMENT_BYTES, RECEIVE_BYTES - receiver.arrivedBytes);
    if (room <= 0) {
      return; // It asks for more when it has read.
    }
    int most = Math.min(room, sendingBytes);
    int length = tcp.random().chance(0.7) ? most : (int) tcp.random().between(1, most);
    byte[] segment = take(length);
    tcp.simulation().mix(node() * 31L + remoteNode + ((long) length << 16));
    receiver.place.took(segment);
    receiver.arrived.add(segment);
    receiver.arrivedBytes += length;
    receiver.watcher.changed();
    if (closed || tcp.passes(remoteNode, node())) {
      watcher.changed();
    } else {
      unacknowledgedBytes += length;
      tcp.simulation().count("tcp segment not acknowledged");
    }
    if (tcp.resetChance() > 0 && tcp.random().chance(tcp.resetChance())) {
      tcp.reset(this);
      return;
    }
    if (tcp.simulation().isTracing()) {
      tcp.simulation().print(node() + " → " + remoteNode + "  " + length + " bytes");
    }
    transmit();
  }

  private byte[] take(int length) {
    byte[] segment = new byte[length];
    int filled = 0;
    while (filled < length) {
      byte[] first = sending.remove();
      int taken = Math.min(first.length, length - filled);
      System.arraycopy(first, 0, segment, filled, taken);
      filled += taken;
      if (taken < first.length) {
        sending.addFirst(java.util.Arrays.copyOfRange(first, taken, first.length));
      }
    }
    sendingBytes -= length;
    return segment;
  }
}
