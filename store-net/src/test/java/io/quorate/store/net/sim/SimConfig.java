package io.quorate.store.net.sim;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import java.util.Set;

/** Takes the options of a kernel's sockets that mean nothing here. */
final class SimConfig extends DefaultChannelConfig {
  private static final Set<ChannelOption<?>> IGNORED =
      Set.of(ChannelOption.TCP_NODELAY, ChannelOption.SO_REUSEADDR, ChannelOption.SO_BACKLOG);

  SimConfig(Channel channel) {
    super(channel);
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    return IGNORED.contains(option) || super.setOption(option, value);
  }
}
