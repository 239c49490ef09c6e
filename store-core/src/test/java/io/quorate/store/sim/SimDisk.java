package io.quorate.store.sim;

import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import io.quorate.store.world.NoSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A data directory in memory that treats its owner as a real disk might.
 *
 * <ul>
 *   <li>A crash loses, keeps or tears each write since the file's last sync ({@link SimFile}), and
 *       loses or keeps each directory operation since the last {@link Disk#syncDirectory}; what a
 *       file grew by since its last sync may go too.
 *   <li>Writes, reads and syncs take simulated time, more in slow periods.
 *   <li>On demand: EIO, a full disk, flipped bits, a write that lands at the wrong place.
 * </ul>
 *
 * <p>Each fault that happens is counted in the simulation's counters under "disk …".
 */
public final class SimDisk {

  /** Rates of faults and times of operations; change them at any time. */
  public static final class Faults {
    /** Chance that a sync fails; nothing that it should have covered is durable. */
    public double syncErrorChance;

    /** Chance that a read fails. */
    public double readErrorChance;

    /** Chance that a write fails, having written nothing. */
    public double writeErrorChance;

    /**
     * Chance that a write to a segment lands up to 64 sectors away from where it belongs, or in
     * another segment.
     */
    public double misdirectedWriteChance;

    /** Syncs take their time and succeed, but make nothing durable: to test the checkers. */
    public boolean syncLies;

    /** Time of a read or write. */
    public long accessNanos = 20_000;

    /** Time of a sync; drawn from half to three halves of this. */
    public long syncNanos = 300_000;

    /** Times are multiplied by this: 1 for a healthy disk. */
    public int slowness = 1;
  }

  /** Told of each operation that changes something, before it begins and after it has ended. */
  public interface Observer {
    void operation(String what, String name);

    /** Bytes are about to be written. */
    default void writing(String name, byte[] bytes) {
      operation("write", name);
    }
  }

  private final Simulation simulation;
  private final String owner;
  private final Path directory;
  private final SimRandom random;
  private final Faults faults = new Faults();
  private final SimDirectory files = new SimDirectory();
  private Observer observer = (what, name) -> {};
  private final SimDamage damage;
  private long capacityBytes;
  private long crashes;
  private long errors;
  private @Nullable Handle open;

  SimDisk(
      Simulation simulation, String owner, Path directory, long capacityBytes, SimRandom random) {
    this.simulation = simulation;
    this.owner = owner;
    this.directory = directory;
    this.capacityBytes = capacityBytes;
    this.random = random;
    this.damage = new SimDamage(simulation, owner, files, random);
  }

  public Faults faults() {
    return faults;
  }

  /** Sets who is told of operations. */
  public void observe(Observer newObserver) {
    observer = newObserver;
  }

  /** How many operations failed on demand so far. */
  public long errors() {
    return errors;
  }

  /** Changes the size; files that are already there stay. */
  public void capacity(long bytes) {
    capacityBytes = bytes;
  }

  /** Names of the files as a process would see them. */
  public List<String> fileNames() {
    return files.names();
  }

  /** Writes to {@code name} that no sync covers yet. */
  public int unsyncedWrites(String name) {
    return files.need(name).unsyncedWrites();
  }

  /** Does harm to files that no write asked for. */
  public SimDamage damage() {
    return damage;
  }

  /** Leaves so much room and no more. */
  public void leaveFree(long bytes) {
    capacityBytes = usedBytes() + bytes;
  }

  /** Opens the directory for one process. */
  Disk open(SimWorld world) throws IOException {
    Handle holder = open;
    if (holder != null) {
      throw new IOException(
          directory + " is in use by another process; stop it or choose another directory");
    }
    Handle handle = new Handle(world, "");
    open = handle;
    return handle;
  }

  /** The files of which something is durable, by name. */
  NavigableMap<String, SimFile> durable() {
    return files.durable();
  }

  /** What is durable now, to be put back later. */
  SimDirectory image() {
    return files.image();
  }

  /** Holds from now on what {@code image} held when it was taken. No process may be running. */
  void putBack(SimDirectory image) {
    if (open != null) {
      throw new IllegalStateException(directory + " is in use");
    }
    files.become(image);
    simulation.trace("the disk of " + owner + " is put back to an older image");
  }

  /** The process is gone; what it wrote stays. */
  void processEnded() {
    open = null;
  }

  /** Power loss. */
  void crash() {
    open = null;
    crashes++;
    SimFile.CrashFate fate = random.pick(FATES);
    for (int lost = files.crash(random, fate); lost > 0; lost--) {
      simulation.count("disk directory operation lost");
    }
    for (SimFile file : files.files()) {
      int unsynced = file.unsyncedWrites();
      int damaged = file.crash(random, fate);
      if (damaged > 0) {
        simulation.count("disk write lost or torn");
      }
      if (damaged > 0 && damaged < unsynced) {
        simulation.count("disk later write kept, earlier lost, or the reverse");
      }
    }
  }

  private static final List<SimFile.CrashFate> FATES =
      List.of(
          SimFile.CrashFate.KEEP_ALL,
          SimFile.CrashFate.LOSE_ALL,
          SimFile.CrashFate.MIXED,
          SimFile.CrashFate.MIXED);

  private long usedBytes() {
    long used = 0;
    for (SimFile file : files.files()) {
      used += file.sizeBytes();
    }
    return used;
  }

  private void takeTime(long nanos) {
    if (simulation.caller() != null && nanos > 0) {
      long drawn = random.between(nanos / 2, nanos + nanos / 2) * faults.slowness;
      simulation.sleep(drawn);
    }
  }

  private void maybeFail(double chance, String what) throws IOException {
    if (chance > 0 && random.chance(chance)) {
      errors++;
      simulation.count("disk EIO on " + what);
      simulation.trace("EIO on " + what + " of " + owner);
      throw new IOException("Input/output error (simulated) on " + what + " in " + directory);
    }
  }

  private void traced(String what, String name, long offset, long value) {
    simulation.mix(offset ^ Long.rotateLeft(value, 32) ^ what.hashCode());
    if (simulation.isTracing()) {
      simulation.print(owner + " " + what + " " + name + " @" + offset + " " + value);
    }
  }

  /** One process's hold on the directory. */
  private final class Handle implements Disk {
    private final SimWorld world;

    /** Empty, or the name of a sub-directory with '/' behind it. */
    private final String prefix;

    private boolean closed;

    Handle(SimWorld world, String prefix) {
      this.world = world;
      this.prefix = prefix;
    }

    private void check() throws IOException {
      simulation.maybePreempt();
      if (closed || !world.isAlive()) {
        throw new ClosedChannelException();
      }
    }

    @Override
    public Path directory() {
      return prefix.isEmpty() ? directory : directory.resolve(prefix);
    }

    @Override
    public Disk subdirectory(String name) throws IOException {
      check();
      plain(name);
      return new Handle(world, prefix + name + "/");
    }

    @Override
    public boolean hasSubdirectory(String name) throws IOException {
      check();
      return !files.under(prefix + name + "/").isEmpty();
    }

    @Override
    public void deleteSubdirectory(String name) throws IOException {
      check();
      observer.operation("delete", prefix + name);
      String sub = prefix + name + "/";
      for (String file : files.under(sub)) {
        files.remove(sub, file);
        traced("delete", file, 0, 0);
      }
    }

    @Override
    public DiskFile create(String name, long sizeBytes) throws IOException {
      check();
      plain(name);
      String full = prefix + name;
      observer.operation("create", full);
      takeTime(faults.accessNanos);
      if (files.get(full) != null) {
        throw new FileAlreadyExistsException(directory.resolve(full).toString());
      }
      needSpace(sizeBytes);
      SimFile file = new SimFile(sizeBytes);
      files.put(prefix, full, file);
      traced("create", full, 0, sizeBytes);
      return new FileHandle(this, full, file);
    }

    @Override
    public DiskFile open(String name) throws IOException {
      check();
      plain(name);
      SimFile file = files.get(prefix + name);
      if (file == null) {
        throw new NoSuchFileException(directory.resolve(prefix + name).toString());
      }
      return new FileHandle(this, prefix + name, file);
    }

    @Override
    public List<String> list() throws IOException {
      check();
      return files.under(prefix).stream()
          .map(name -> name.substring(prefix.length()))
          .filter(name -> !name.contains("/"))
          .toList();
    }

    @Override
    public void delete(String name) throws IOException {
      check();
      plain(name);
      String full = prefix + name;
      if (files.get(full) == null) {
        throw new NoSuchFileException(directory.resolve(full).toString());
      }
      observer.operation("delete", full);
      files.remove(prefix, full);
      traced("delete", full, 0, 0);
    }

    @Override
    public void rename(String from, String to) throws IOException {
      check();
      plain(from);
      plain(to);
      observer.operation("rename", prefix + from);
      if (!files.rename(prefix, from, to)) {
        throw new NoSuchFileException(directory.resolve(prefix + from).toString());
      }
      traced("rename", prefix + from + " to " + to, 0, 0);
      observer.operation("renamed", prefix + from);
    }

    @Override
    public void syncDirectory() throws IOException {
      check();
      int covered = files.unsyncedChanges();
      observer.operation("syncDirectory", prefix);
      takeTime(faults.syncNanos);
      maybeFail(faults.syncErrorChance, "fsync of the directory");
      files.synced(covered, prefix);
      traced("syncDirectory", prefix, 0, covered);
    }

    @Override
    public long usableBytes() throws IOException {
      check();
      return Math.max(0, capacityBytes - usedBytes());
    }

    @Override
    public long totalBytes() throws IOException {
      check();
      return capacityBytes;
    }

    @Override
    public long bootId() {
      return crashes + 1;
    }

    @Override
    public void close() {
      closed = true;
      if (open == this) {
        open = null;
      }
    }

    private void needSpace(long bytes) throws NoSpaceException {
      long left = capacityBytes - usedBytes();
      if (bytes > left) {
        errors++;
        simulation.count("disk full");
        throw new NoSpaceException(
            "no space left in " + directory + ": " + bytes + " bytes wanted, " + left + " free");
      }
    }

    private void plain(String name) {
      if (name.isEmpty() || name.contains("/") || name.equals(".") || name.equals("..")) {
        throw new IllegalArgumentException("not a plain file name: \"" + name + "\"");
      }
    }
  }

  /** An open file; it stays usable when the directory's lock is released. */
  private final class FileHandle implements DiskFile {
    private final Handle handle;
    private final String name;
    private final SimFile file;
    private boolean closed;

    FileHandle(Handle handle, String name, SimFile file) {
      this.handle = handle;
      this.name = name;
      this.file = file;
    }

    private void check() throws IOException {
      simulation.maybePreempt();
      if (closed || !handle.world.isAlive()) {
        throw new ClosedChannelException();
      }
    }

    @Override
    public long sizeBytes() throws IOException {
      check();
      return file.sizeBytes();
    }

    @Override
    public void write(long offset, ByteBuffer... buffers) throws IOException {
      check();
      maybeFail(faults.writeErrorChance, "write");
      int length = 0;
      for (ByteBuffer buffer : buffers) {
        length += buffer.remaining();
      }
      long growth = offset + length - file.sizeBytes();
      if (growth > 0) {
        handle.needSpace(growth);
      }
      byte[] bytes = new byte[length];
      int at = 0;
      for (ByteBuffer buffer : buffers) {
        int count = buffer.remaining();
        buffer.get(bytes, at, count);
        at += count;
      }
      observer.writing(name, bytes);
      if (!misdirect(offset, bytes)) {
        file.write(offset, bytes);
      }
      CRC32C crc = new CRC32C();
      crc.update(bytes);
      traced("write", name, offset, crc.getValue());
      takeTime(faults.accessNanos);
    }

    /** Perhaps writes elsewhere instead. */
    private boolean misdirect(long offset, byte[] bytes) {
      double chance = faults.misdirectedWriteChance;
      if (chance == 0 || !name.endsWith(SimDamage.SEGMENT) || !random.chance(chance)) {
        return false;
      }
      String elsewhere = random.chance(0.3) ? random.pick(files.names()) : name;
      long place = offset;
      if (elsewhere.equals(name)) {
        long distance = random.between(1, 64) * SimFile.SECTOR_BYTES;
        place += offset >= distance && random.chance(0.5) ? -distance : distance;
      }
      SimFile target = files.get(elsewhere);
      boolean fits = target != null && place + bytes.length <= target.sizeBytes();
      if (!fits || !elsewhere.endsWith(SimDamage.SEGMENT)) {
        return false;
      }
      target.write(place, bytes);
      simulation.count("disk misdirected write");
      simulation.trace(
          owner
              + " misdirects a write of "
              + name
              + " at "
              + offset
              + " to "
              + elsewhere
              + " at "
              + place);
      return true;
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
      check();
      takeTime(faults.accessNanos);
      maybeFail(faults.readErrorChance, "read");
      long available = file.sizeBytes() - offset;
      if (available <= 0) {
        return 0;
      }
      int count = (int) Math.min(target.remaining(), available);
      file.read(offset, count, target);
      return count;
    }

    @Override
    public void sync() throws IOException {
      check();
      long point = file.syncPoint();
      observer.operation("sync", name);
      takeTime(faults.syncNanos);
      try {
        maybeFail(faults.syncErrorChance, "fdatasync");
      } catch (IOException e) {
        file.syncFailed();
        throw e;
      }
      if (!faults.syncLies) {
        file.synced(point);
      }
      traced("sync", name, 0, point);
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      check();
      file.truncate(sizeBytes);
      traced("truncate", name, sizeBytes, 0);
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
