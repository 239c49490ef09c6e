package io.quorate.store.architecture.violations.world;

import io.quorate.store.architecture.violations.peer.ReadsFiles;

/** Looks up from the lowest layer, and closes a cycle. */
public final class UsesPeer {
  ReadsFiles upwards = new ReadsFiles();
}
