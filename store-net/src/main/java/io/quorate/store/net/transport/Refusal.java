package io.quorate.store.net.transport;

import io.quorate.store.net.proto.Refused;

/** Why one side of a connection would not have the other. */
public enum Refusal {
  /** The other side does not speak this protocol, or not as agreed. */
  NOT_QUORATE(Refused.Reason.NOT_QUORATE),
  /** No protocol version in common. */
  VERSION(Refused.Reason.VERSION),
  /** The two are configured for different clusters. */
  OTHER_CLUSTER(Refused.Reason.OTHER_CLUSTER),
  /** The cluster is the same but the keys differ. */
  WRONG_KEY(Refused.Reason.WRONG_KEY),
  /** The dialer says that it is a peer that the other's configuration does not list. */
  UNKNOWN_PEER(Refused.Reason.UNKNOWN_PEER),
  /** The dialer meant to reach another peer. */
  WRONG_PEER(Refused.Reason.WRONG_PEER),
  /** The peer does not serve clients yet, or not any more. */
  NOT_READY(Refused.Reason.NOT_READY),
  /** The peer has as many connections as it may. */
  TOO_MANY(Refused.Reason.TOO_MANY);

  private final Refused.Reason wire;

  Refusal(Refused.Reason wire) {
    this.wire = wire;
  }

  Refused.Reason wire() {
    return wire;
  }

  static Refusal of(Refused.Reason reason) {
    for (Refusal refusal : values()) {
      if (refusal.wire == reason) {
        return refusal;
      }
    }
    return NOT_QUORATE;
  }

  /** Whether the same attempt may succeed a little later without anyone changing a setting. */
  public boolean passing() {
    return this == NOT_READY || this == TOO_MANY;
  }
}
