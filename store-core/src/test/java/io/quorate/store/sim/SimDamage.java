package io.quorate.store.sim;

import java.util.ArrayList;
import java.util.List;

/** Harm that a disk comes to by itself, to content that had been synced as well. */
public final class SimDamage {
  /** How names of segments end. */
  static final String SEGMENT = ".seg";

  private final Simulation simulation;
  private final String owner;
  private final SimDirectory files;
  private final SimRandom random;

  SimDamage(Simulation simulation, String owner, SimDirectory files, SimRandom random) {
    this.simulation = simulation;
    this.owner = owner;
    this.files = files;
    this.random = random;
  }

  /** Flips {@code count} random bits of {@code name} between two offsets, the second excluded. */
  public void rot(String name, long fromOffset, long toOffset, int count) {
    SimFile file = files.need(name);
    for (int i = 0; i < count; i++) {
      file.flipBit(random.between(fromOffset, toOffset - 1), random.below(8));
      simulation.count("disk bit rot");
    }
    simulation.trace("bit rot on " + owner + " in " + name);
  }

  /** Sectors of {@code name} from one offset up to another read as zeros, though synced before. */
  public void loseSectors(String name, long fromOffset, long toOffset) {
    files.need(name).zero(fromOffset, toOffset);
    simulation.count("disk synced sectors lost");
    simulation.trace(
        "sectors lost on " + owner + " in " + name + " from " + fromOffset + " to " + toOffset);
  }

  /** Flips a few random bits of a random file, within what was ever written there. */
  public void rotSomewhere(SimRandom rotting) {
    List<String> names = files.names();
    if (names.isEmpty()) {
      return;
    }
    String name = rotting.pick(names);
    SimFile file = files.need(name);
    long written = file.writtenBytes();
    if (written > 0) {
      long at = rotting.between(0, written - 1);
      long end = Math.min(written, at + 64);
      rot(name, at, end, 1 + rotting.below(4));
    }
  }

  /**
   * Loses a few sectors of a random segment, past its header and within what had proven durable.
   */
  public void loseSectorsSomewhere(SimRandom losing, long headerBytes) {
    List<String> candidates = new ArrayList<>();
    for (String name : files.names()) {
      if (name.endsWith(SEGMENT)
          && files.need(name).provenBytes() >= headerBytes + SimFile.SECTOR_BYTES) {
        candidates.add(name);
      }
    }
    if (candidates.isEmpty()) {
      return;
    }
    String name = losing.pick(candidates);
    long sectors = (files.need(name).provenBytes() - headerBytes) / SimFile.SECTOR_BYTES;
    long first = losing.between(0, sectors - 1);
    long end = Math.min(sectors, first + losing.between(1, 16));
    loseSectors(
        name, headerBytes + first * SimFile.SECTOR_BYTES, headerBytes + end * SimFile.SECTOR_BYTES);
  }
}
