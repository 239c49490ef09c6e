package io.quorate.store.net.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.quorate.store.net.proto.Header;
import io.quorate.store.net.proto.Ping;
import io.quorate.store.net.proto.Refused;
import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.FrameException;
import io.quorate.store.net.wire.FrameLimits;
import io.quorate.store.net.wire.FrameReader;
import io.quorate.store.net.wire.FrameWriter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection: frames in and out, signs of life, and the reason for its end.
 *
 * <p>All methods are to be called on its event loop, except {@link #close} and {@link #remote}.
 */
public final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final Frame PING = Frame.of(Header.newBuilder().setPing(Ping.newBuilder()));

  /** Why bytes are left in the socket for now. */
  public enum Pause {
    /** The core has more than it keeps up with. */
    CORE_BEHIND,
    /** The other end has as much in progress here as it may. */
    OWED_TOO_MUCH
  }

  /** What a connection is for. It changes once, when the handshake has ended. */
  public interface Owner {
    /** The connection is open; nothing has arrived yet. */
    default void opened(Connection connection) {}

    void received(Connection connection, Frame frame) throws FrameException;

    /** All that the socket held has been received. */
    default void drained(Connection connection) {}

    /** {@link #isWritable} has changed. */
    default void writabilityChanged(Connection connection) {}

    /** Said once; nothing is received after it. The reason is fit for a log. */
    void closed(Connection connection, String reason);
  }

  private final NettyNetwork network;
  private final TransportOptions options;
  private final FrameWriter writer;
  private final FrameReader reader = new FrameReader(FrameLimits.HANDSHAKE);
  private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>();
  private Owner owner;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Future<?> ticks;
  private volatile @Nullable String closeReason;
  private volatile String remote = "(not connected)";
  private final EnumSet<Pause> pauses = EnumSet.noneOf(Pause.class);
  private boolean wroteSinceTick;
  private boolean unflushed;
  private long lastReadNanos;
  private long lastTickNanos;
  private @Nullable Object stalledOn;
  private long stalledAtByte;
  private long stalledSinceNanos;

  Connection(NettyNetwork network, TransportOptions options, FrameWriter writer, Owner owner) {
    this.network = network;
    this.options = options;
    this.writer = writer;
    this.owner = owner;
  }

  /** The other end's address. */
  public String remote() {
    return remote;
  }

  /** The event loop that it lives on. */
  public EventLoop loop() {
    return context().channel().eventLoop();
  }

  /** The clock of its event loop. */
  public long nanoTime() {
    return network.nanoTime();
  }

  /** Hands the connection to its owner for the time after the handshake. */
  void become(Owner newOwner) {
    owner = newOwner;
    reader.limits(options.frame());
  }

  /** Whether more can be written without piling it up in memory. */
  public boolean isWritable() {
    return context != null && context.channel().isWritable();
  }

  /**
   * Writes a frame; {@link #flush} sends it.
   *
   * @return done when the kernel has taken the last byte of it
   * @throws FrameException if it is larger than the other side accepts; nothing was written
   */
  public ChannelFuture write(Frame frame) throws FrameException {
    List<ByteBuf> buffers = writer.encode(frame);
    wroteSinceTick = true;
    unflushed = true;
    Channel channel = context().channel();
    for (ByteBuf buffer : buffers.subList(0, buffers.size() - 1)) {
      channel.write(buffer, channel.voidPromise());
    }
    return channel.write(buffers.getLast());
  }

  /** Sends what was written since the last flush, in one system call if the kernel takes it all. */
  public void flush() {
    if (unflushed) {
      unflushed = false;
      context().flush();
    }
  }

  /** Stops taking bytes from the socket; the other side then fills its own queue. */
  public void pause(Pause why) {
    if (pauses.add(why) && pauses.size() == 1) {
      context().channel().config().setAutoRead(false);
    }
  }

  /** Takes bytes again, unless there is another reason not to. */
  public void resume(Pause why) {
    if (pauses.remove(why) && pauses.isEmpty()) {
      // While nothing is read there is no telling whether the other end lives.
      lastReadNanos = nanoTime();
      loop().execute(this::receiveAgain);
    }
  }

  /** Whether it is paused for that reason. */
  public boolean isPaused(Pause why) {
    return pauses.contains(why);
  }

  /** Closes with a reason, from any thread; the first reason stands. */
  public void close(String reason) {
    if (closeReason == null) {
      closeReason = reason;
    }
    ChannelHandlerContext open = context;
    if (open != null) {
      open.close();
    }
  }

  /** Tells the other side why, then closes. */
  void refuse(Refusal refusal, String text) {
    if (closeReason != null) {
      return;
    }
    closeReason = "refused (" + refusal + "): " + text;
    Refused refused = Refused.newBuilder().setReason(refusal.wire()).setText(text).build();
    try {
      write(Frame.of(Header.newBuilder().setRefused(refused)))
          .addListener(ChannelFutureListener.CLOSE);
      flush();
    } catch (FrameException e) {
      context().close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    remote = String.valueOf(ctx.channel().remoteAddress()).replaceFirst("^[^/]*/", "");
    long now = nanoTime();
    lastReadNanos = now;
    lastTickNanos = now;
    if (closeReason != null) {
      ctx.close();
      return;
    }
    ticks =
        ctx.channel()
            .eventLoop()
            .scheduleAtFixedRate(this::tick, firstTickNanos(), pingNanos(), TimeUnit.NANOSECONDS);
    ctx.write(FrameWriter.preamble(), ctx.voidPromise());
    unflushed = true;
    owner.opened(this);
    flush();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    lastReadNanos = nanoTime();
    unread.add((ByteBuf) message);
    receiveFrames();
  }

  /** A pause takes effect between two frames: one read can bring thousands of small requests. */
  private void receiveFrames() {
    try {
      while (closeReason == null && pauses.isEmpty()) {
        ByteBuf bytes = unread.peek();
        if (bytes == null) {
          return;
        }
        Frame frame = reader.next(bytes);
        if (frame == null) {
          unread.remove().release();
        } else if (frame.header().getBodyCase() != Header.BodyCase.PING) {
          owner.received(this, frame);
        }
      }
    } catch (FrameException e) {
      LOG.warn("closing the connection with {}: {}", remote, e.getMessage());
      close(String.valueOf(e.getMessage()));
    }
  }

  private void receiveAgain() {
    receiveFrames();
    owner.drained(this);
    flush();
    if (pauses.isEmpty()) {
      context().channel().config().setAutoRead(true);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    owner.drained(this);
    flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    owner.writabilityChanged(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (ticks != null) {
      ticks.cancel(false);
    }
    unread.forEach(ByteBuf::release);
    unread.clear();
    String reason = closeReason;
    if (reason == null) {
      reason =
          reader.betweenFrames() ? "the other side closed it" : "it ended in the middle of a frame";
      closeReason = reason;
    }
    owner.closed(this, reason);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      close(String.valueOf(cause.getMessage()));
    } else {
      LOG.error("closing the connection with {} after an internal error", remote, cause);
      close("internal error: " + cause);
    }
  }

  private void tick() {
    long now = nanoTime();
    // A process that was itself paused finds old clocks, and the proof of life unread in its
    // socket.
    boolean late = now - lastTickNanos > TimeUnit.MILLISECONDS.toNanos(2L * options.pingMillis());
    lastTickNanos = now;
    if (late) {
      lastReadNanos = Math.max(lastReadNanos, now - silentNanos() / 2);
    } else if (pauses.isEmpty() && unread.isEmpty() && now - lastReadNanos > silentNanos()) {
      close("nothing was heard for " + TimeUnit.NANOSECONDS.toMillis(now - lastReadNanos) + " ms");
      return;
    }
    if (isStalled(now)) {
      close("it took no bytes for " + options.stallMillis() + " ms");
      return;
    }
    writer.forget();
    if (!wroteSinceTick) {
      try {
        write(PING);
      } catch (FrameException e) {
        throw new AssertionError("a ping is small", e);
      }
      flush();
    }
    wroteSinceTick = false;
  }

  private boolean isStalled(long now) {
    ChannelOutboundBuffer waiting = context().channel().unsafe().outboundBuffer();
    Object first = waiting == null ? null : waiting.current();
    if (waiting == null || first == null) {
      stalledOn = null;
      return false;
    }
    long progress = waiting.currentProgress();
    if (first != stalledOn || progress != stalledAtByte) {
      stalledOn = first;
      stalledAtByte = progress;
      stalledSinceNanos = now;
      return false;
    }
    return now - stalledSinceNanos > TimeUnit.MILLISECONDS.toNanos(options.stallMillis());
  }

  /**
   * All connections of a process tick at the same times: its event loop is woken once for all of
   * them, and what they then say arrives together at the other end.
   */
  private long firstTickNanos() {
    return 2 * pingNanos() - Math.floorMod(nanoTime(), pingNanos());
  }

  private long pingNanos() {
    return TimeUnit.MILLISECONDS.toNanos(options.pingMillis());
  }

  private long silentNanos() {
    return TimeUnit.MILLISECONDS.toNanos(options.silentMillis());
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext open = context;
    if (open == null) {
      throw new IllegalStateException("the connection is not open yet");
    }
    return open;
  }
}
