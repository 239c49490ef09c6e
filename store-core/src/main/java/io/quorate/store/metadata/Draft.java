package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.OrderedTables;
import io.quorate.store.table.Table;
import io.quorate.store.table.TableBatch;
import io.quorate.store.table.TableReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a batch of log entries, over the tables that they will be written to. Every entry sees
 * what the earlier ones did; an entry that is refused is undone. The digest is kept up to date with
 * each change, so that it is right after every entry, however entries are cut into batches.
 */
final class Draft implements TableReader {
  private final OrderedTables base;
  private final List<TreeMap<byte[], Slot>> slots = new ArrayList<>();
  private final List<Undo> undo = new ArrayList<>();
  private final RowHash hash = new RowHash();
  private long digestHigh;
  private long digestLow;

  Draft(OrderedTables base, Digest digest) {
    this.base = base;
    this.digestHigh = digest.high();
    this.digestLow = digest.low();
    for (int i = 0; i < MetadataTable.values().length; i++) {
      slots.add(new TreeMap<>(Arrays::compareUnsigned));
    }
  }

  /** A row as the batch sees it; null is "not there". */
  private static final class Slot {
    final byte[] key;

    /** As it was before the batch. */
    final byte @Nullable [] before;

    byte @Nullable [] value;
    boolean changed;

    Slot(byte[] key, byte @Nullable [] value) {
      this.key = key;
      this.before = value;
      this.value = value;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Internal, never compared.
  private record Undo(Table table, Slot slot, byte @Nullable [] value) {}

  Digest digest() {
    return new Digest(digestHigh, digestLow);
  }

  /** What is done from here on may be undone. */
  void begin() {
    undo.clear();
  }

  /** Undoes everything since {@link #begin}. */
  void rollback() {
    for (Undo step : undo.reversed()) {
      change(step.table(), step.slot(), step.value());
    }
    undo.clear();
  }

  /** The batch that writes all changes. */
  TableBatch toBatch() {
    TableBatch batch = new TableBatch();
    for (MetadataTable table : MetadataTable.values()) {
      for (Slot slot : slots.get(table.ordinal()).values()) {
        byte[] value = slot.value;
        if (slot.changed && value != null) {
          batch.put(table, slot.key, value);
        } else if (slot.changed) {
          batch.delete(table, slot.key);
        }
      }
    }
    return batch;
  }

  /** Chunks that were used before the batch, or came with it, and are not any more. */
  List<ChunkId> released() {
    List<ChunkId> released = new ArrayList<>();
    for (Slot slot : slots.get(MetadataTable.CHUNKS.ordinal()).values()) {
      byte[] before = slot.before;
      byte[] after = slot.value;
      boolean was = before == null ? after != null : Chunks.references(before) > 0;
      if (slot.changed && was && (after == null || Chunks.references(after) == 0)) {
        released.add(new ChunkId(Keys.longAt(slot.key, 0), Keys.longAt(slot.key, 8)));
      }
    }
    return released;
  }

  private Slot slot(Table table, byte[] key) {
    TreeMap<byte[], Slot> rows = slots.get(table.ordinal());
    Slot slot = rows.get(key);
    if (slot == null) {
      slot = new Slot(key, base.get(table, key));
      rows.put(key, slot);
    }
    return slot;
  }

  /** Tells what a row holds where the caller knows it, which saves the look-up. */
  void know(Table table, byte[] key, byte @Nullable [] value) {
    slots.get(table.ordinal()).computeIfAbsent(key, k -> new Slot(k, value));
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    return slot(table, key).value;
  }

  void put(Table table, byte[] key, byte[] value) {
    set(table, slot(table, key), value);
  }

  /** Sets a row that is certainly not there yet. */
  void putNew(Table table, byte[] key, byte[] value) {
    know(table, key, null);
    put(table, key, value);
  }

  void delete(Table table, byte[] key) {
    Slot slot = slot(table, key);
    if (slot.value != null) {
      set(table, slot, null);
    }
  }

  private void set(Table table, Slot slot, byte @Nullable [] value) {
    undo.add(new Undo(table, slot, slot.value));
    change(table, slot, value);
  }

  private void change(Table table, Slot slot, byte @Nullable [] value) {
    byte[] old = slot.value;
    if (old != null) {
      hash.of(table, slot.key, old);
      digestHigh -= hash.high();
      digestLow -= hash.low();
    }
    if (value != null) {
      hash.of(table, slot.key, value);
      digestHigh += hash.high();
      digestLow += hash.low();
    }
    slot.value = value;
    slot.changed = true;
  }

  @Override
  public @Nullable Row last(Table table, byte[] lowest, byte[] highest) {
    TreeMap<byte[], Slot> rows = slots.get(table.ordinal());
    byte[] from = highest;
    Row below = base.last(table, lowest, from);
    // What the batch removed must be passed over, in the tables and here alike.
    Map.Entry<byte[], Slot> above = rows.floorEntry(highest);
    while (above != null
        && above.getValue().value == null
        && Arrays.compareUnsigned(above.getKey(), lowest) >= 0) {
      if (below != null && Arrays.equals(below.key(), above.getKey())) {
        below = lower(table, lowest, below.key());
      }
      above = rows.lowerEntry(above.getKey());
    }
    boolean here = above != null && Arrays.compareUnsigned(above.getKey(), lowest) >= 0;
    if (here && (below == null || Arrays.compareUnsigned(above.getKey(), below.key()) >= 0)) {
      byte[] value = above.getValue().value;
      return value == null ? null : new Row(above.getKey(), value);
    }
    return below;
  }

  /** The row before {@code key}: keys of these tables have fixed lengths where this is used. */
  private @Nullable Row lower(Table table, byte[] lowest, byte[] key) {
    byte[] before = key.clone();
    for (int i = before.length - 1; i >= 0 && before[i]-- == 0; i--) {
      // Borrows from the byte before.
    }
    return Arrays.compareUnsigned(before, lowest) < 0 || Arrays.compareUnsigned(before, key) > 0
        ? null
        : base.last(table, lowest, before);
  }

  @Override
  public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
    TreeMap<byte[], Slot> rows = slots.get(table.ordinal());
    // A copy, since the caller changes rows while it walks.
    var range = to == null ? rows.tailMap(from, true) : rows.subMap(from, true, to, false);
    return new Merge(base.scan(table, from, to), List.copyOf(range.values()));
  }

  /** Two ordered walks as one; the batch's own rows hide those of the tables. */
  private static final class Merge implements Cursor {
    private final Cursor below;
    private final List<Slot> above;
    private int next;
    private boolean belowValid;
    private boolean begun;
    private byte[] key = {};
    private byte[] value = {};

    Merge(Cursor below, List<Slot> above) {
      this.below = below;
      this.above = above;
    }

    @Override
    public boolean next() {
      if (!begun) {
        begun = true;
        belowValid = below.next();
      }
      while (belowValid || next < above.size()) {
        Slot slot = next < above.size() ? above.get(next) : null;
        int order =
            slot == null ? -1 : !belowValid ? 1 : Arrays.compareUnsigned(below.key(), slot.key);
        byte[] found = slot == null || order < 0 ? below.value() : slot.value;
        key = slot == null || order < 0 ? below.key() : slot.key;
        if (order <= 0) {
          belowValid = below.next();
        }
        if (order >= 0) {
          next++;
        }
        if (found != null) {
          value = found;
          return true;
        }
      }
      return false;
    }

    @Override
    public byte[] key() {
      return key;
    }

    @Override
    public byte[] value() {
      return value;
    }

    @Override
    public void close() {
      below.close();
    }
  }
}
