package io.quorate.store.net.server;

import io.quorate.store.gateway.ForwardingGateway;
import io.quorate.store.gateway.Gateway;

/** A gateway whose end is also the end of what it runs on. */
final class OwningGateway extends ForwardingGateway {
  private final Runnable end;

  OwningGateway(Gateway gateway, Runnable end) {
    super(gateway);
    this.end = end;
  }

  @Override
  public void close() {
    super.close();
    end.run();
  }
}
