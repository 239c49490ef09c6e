package io.quorate.store.benchmarks.soak;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Looks at a peer's process, from a process on the same host.
 *
 * <p><b>Live heap</b> is what the collector itself says is left in the old generation after a full
 * collection ({@link MemoryPoolMXBean#getCollectionUsage}), whenever there has been one since the
 * last look. What is left after young collections would not do: what dies in the old generation
 * stays there until a full one, which a peer with a small live heap may not need for hours, and
 * looks like a leak till then. So full collections are asked for, {@link #collect}, a few in a run.
 * Each also frees the direct buffers that nothing refers to any more; a run without them shows how
 * long these stay.
 *
 * <p><b>Direct memory</b> is counted twice: as the JDK's pool of direct buffers, and as what native
 * memory tracking calls Other, in which Netty's is too, which it allocates past that pool.
 *
 * <p><b>Anonymous memory</b> is what the kernel counts, less the heap: with what RocksDB and all
 * else that is native gets from malloc. It presumes a heap that is all touched from the beginning.
 */
final class PeerProbe implements AutoCloseable {
  /**
   * Flags for the java of the peer, without which it cannot be looked at: an address that there is
   * on every host, native memory tracking, and no collections because somebody is connected.
   */
  static final List<String> JAVA_OPTIONS =
      List.of(
          "-XX:NativeMemoryTracking=summary",
          "-Djava.rmi.server.hostname=127.0.0.1",
          "-Dsun.rmi.dgc.server.gcInterval=" + (Long.MAX_VALUE - 1));

  private static final Pattern TOTAL =
      Pattern.compile("Total: reserved=\\d+KB, committed=(\\d+)KB");
  private static final Pattern HEAP =
      Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB");
  private static final Pattern OTHER =
      Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB");
  private static final Pattern OLD_GENERATION = Pattern.compile(".*(Tenured|Old) Gen.*");
  private static final Pattern SEGMENT = Pattern.compile("journal-\\d+\\.seg");
  private static final long KIB = 1 << 10;
  private static final String DIRECT_POOL = "direct";

  private final Path proc;
  private final Path data;
  private final JMXConnector connector;
  private final MBeanServerConnection server;
  private final ObjectName diagnostics;
  private final MemoryMXBean memory;
  private final List<MemoryPoolMXBean> old;
  private final List<GarbageCollectorMXBean> collectors;
  private final List<BufferPoolMXBean> direct;
  private long collections;

  private PeerProbe(long pid, Path data, JMXConnector connector) throws IOException, JMException {
    this.proc = Path.of("/proc", Long.toString(pid));
    this.data = data;
    this.connector = connector;
    server = connector.getMBeanServerConnection();
    diagnostics = new ObjectName("com.sun.management:type=DiagnosticCommand");
    memory = ManagementFactory.getPlatformMXBean(server, MemoryMXBean.class);
    old =
        ManagementFactory.getPlatformMXBeans(server, MemoryPoolMXBean.class).stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .filter(pool -> OLD_GENERATION.matcher(pool.getName()).matches())
            .toList();
    List<String> names = old.stream().map(MemoryPoolMXBean::getName).toList();
    collectors =
        ManagementFactory.getPlatformMXBeans(server, GarbageCollectorMXBean.class).stream()
            .filter(each -> Arrays.asList(each.getMemoryPoolNames()).containsAll(names))
            .toList();
    direct =
        ManagementFactory.getPlatformMXBeans(server, BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals(DIRECT_POOL))
            .toList();
    collections = collectionsSoFar();
  }

  /**
   * Connects to a peer, which is ours, at an address that its own JVM tells.
   *
   * @param data what it keeps on disks
   */
  @SuppressWarnings("BanJNDI")
  static PeerProbe of(long pid, Path data) throws IOException, JMException {
    String address;
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        address = machine.startLocalManagementAgent();
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException("process " + pid + " does not let itself be looked at", e);
    }
    return new PeerProbe(pid, data, JMXConnectorFactory.connect(new JMXServiceURL(address)));
  }

  /** Has the peer collect all of its heap. */
  void collect() throws IOException, JMException {
    server.invoke(diagnostics, "gcRun", null, null);
  }

  Map<Quantity, Double> read() throws IOException, JMException {
    Map<Quantity, Double> values = new EnumMap<>(Quantity.class);
    addHeap(values);
    for (BufferPoolMXBean pool : direct) {
      put(values, Quantity.NIO, pool.getMemoryUsed());
    }
    addNative(values);
    String status = Files.readString(proc.resolve("status"));
    put(values, Quantity.RESIDENT, field(status, "VmRSS:") * KIB);
    double heapBytes = memory.getHeapMemoryUsage().getCommitted();
    put(values, Quantity.ANONYMOUS, field(status, "RssAnon:") * KIB - heapBytes);
    put(values, Quantity.THREADS, field(status, "Threads:"));
    put(values, Quantity.OPEN_FILES, entries(proc.resolve("fd")));
    addFiles(values);
    return values;
  }

  private static void put(Map<Quantity, Double> values, Quantity quantity, double raw) {
    values.put(quantity, quantity.inUnits(raw));
  }

  private long collectionsSoFar() {
    return collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum();
  }

  /** If there has been a full collection since the last time. */
  private void addHeap(Map<Quantity, Double> values) {
    long now = collectionsSoFar();
    if (now > collections) {
      collections = now;
      long bytes = old.stream().mapToLong(pool -> pool.getCollectionUsage().getUsed()).sum();
      put(values, Quantity.HEAP, bytes);
    }
  }

  private void addNative(Map<Quantity, Double> values) throws IOException, JMException {
    String[] words = {"summary", "scale=KB"};
    Object answer =
        server.invoke(
            diagnostics,
            "vmNativeMemory",
            new Object[] {words},
            new String[] {String[].class.getName()});
    String text = String.valueOf(answer);
    Matcher total = TOTAL.matcher(text);
    Matcher heap = HEAP.matcher(text);
    Matcher other = OTHER.matcher(text);
    if (total.find() && heap.find()) {
      long kib = Long.parseLong(total.group(1)) - Long.parseLong(heap.group(1));
      put(values, Quantity.NATIVE, kib * KIB);
      put(values, Quantity.DIRECT, other.find() ? Long.parseLong(other.group(1)) * KIB : 0);
    }
  }

  /** A number of proc_pid_status(5). */
  static long field(String status, String name) throws IOException {
    for (String line : status.lines().toList()) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("the kernel does not tell " + name);
  }

  private static int entries(Path directory) throws IOException {
    int count = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path _ : all) {
        count++;
      }
    }
    return count;
  }

  /** Files come and go meanwhile. */
  private void addFiles(Map<Quantity, Double> values) throws IOException {
    long[] bytes = {0};
    long[] files = {0};
    Files.walkFileTree(
        data,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes[0] += attributes.size();
            files[0] += SEGMENT.matcher(file.getFileName().toString()).matches() ? 1 : 0;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    put(values, Quantity.JOURNAL_FILES, files[0]);
    put(values, Quantity.DISK, bytes[0]);
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
