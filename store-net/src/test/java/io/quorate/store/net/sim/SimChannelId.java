package io.quorate.store.net.sim;

import io.netty.channel.ChannelId;

/** Netty's own has the process and the time in it, and channels are ordered by it. */
record SimChannelId(long number) implements ChannelId {
  private static final long serialVersionUID = 1L;

  @Override
  public String asShortText() {
    return Long.toString(number);
  }

  @Override
  public String asLongText() {
    return Long.toString(number);
  }

  @Override
  public int compareTo(ChannelId other) {
    return Long.compare(number, ((SimChannelId) other).number);
  }
}
