package io.quorate.store.sim;

/**
 * A way into the store that can carry out {@link FileCall}s and words answers as the model does.
 */
interface ClientFace {
  String name();

  SimRandom random();

  /** Talks to {@code peer} from now on, until that one fails it. */
  void moveTo(SimPeer peer);

  /** Does {@code call} below {@code tree}. */
  String answer(Subtree tree, FileCall call) throws SimClient.GaveUp;

  /**
   * The last call had an unknown outcome: {@code over} is run once it is certain that it can not
   * happen any more. By default that is never.
   */
  default void inDoubt(Runnable over) {}

  /** Version of the content that the last read answered; 0 if there was none. */
  long lastReadVersion();
}
