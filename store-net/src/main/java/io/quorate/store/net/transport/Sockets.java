package io.quorate.store.net.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;

/**
 * Event loops and the sockets on them: the operating system's, or a simulator's. Everything above
 * is the same for both.
 */
public interface Sockets {
  /** The loops, whose timers follow {@link #nanoTime}. */
  EventLoopGroup loops();

  /** A socket that listens, not yet bound. */
  ServerChannel newListening();

  /** A socket that dials, not yet connected. */
  Channel newDialing();

  /** Where buffers of these sockets come from. */
  ByteBufAllocator allocator();

  /** The clock of the loops. */
  long nanoTime();

  /**
   * Ends the loops, whose channels are closed.
   *
   * @param await whether to return only when they have ended; false on one of them
   */
  void shutdown(boolean await);
}
