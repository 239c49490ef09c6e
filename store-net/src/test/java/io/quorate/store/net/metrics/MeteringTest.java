package io.quorate.store.net.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorate.store.Store;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.UnavailableException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Meters where there is Micrometer; the same store where there is none. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MeteringTest {
  private static long count(SimpleMeterRegistry registry, String request, String outcome) {
    return registry
        .get(MeteredGateway.REQUESTS)
        .tag("request", request)
        .tag("outcome", outcome)
        .timer()
        .count();
  }

  @Test
  void storesCountInTheGlobalRegistry() throws IOException {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Metrics.addRegistry(registry);
    int meters = 0;
    try {
      for (int round = 0; round < 2; round++) {
        try (Store store = Store.inProcess(1)) {
          Files.write(store.path("/file"), Without.CONTENT);
          Files.readAllBytes(store.path("/file"));
          assertThrows(NoSuchFileException.class, () -> store.version(store.path("/none")));
          store.status();
          assertEquals(1, registry.get("quorate.leader").tag("id", "1").gauge().value());
          assertTrue(registry.get("quorate.journal.syncs").functionCounter().count() >= 1);
          assertTrue(registry.get("quorate.space.bytes").tag("use", "free").gauge().value() > 0);
        }
        int now = registry.getMeters().size();
        assertTrue(round == 0 || now == meters, "each store would leave meters");
        meters = now;
      }
      assertTrue(count(registry, "propose", "answered") >= 4, "a session and a put each");
      assertTrue(count(registry, "read", "answered") >= 2);
      assertTrue(count(registry, "ask", "answered") >= 2, "a refusal is an answer");
      assertEquals(2, count(registry, "status", "answered"));
      for (String direction : new String[] {"sent", "received"}) {
        double bytes =
            registry
                .get(MeteredGateway.CONTENT)
                .tags(Tags.of("direction", direction))
                .counter()
                .count();
        assertEquals(2 * Without.CONTENT.length, bytes, direction);
      }
    } finally {
      Metrics.removeRegistry(registry);
      registry.close();
    }
  }

  @Test
  void whatIsNotAnsweredHasFailed() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Gateway down =
        (Gateway)
            Proxy.newProxyInstance(
                Gateway.class.getClassLoader(),
                new Class<?>[] {Gateway.class},
                (proxy, method, arguments) ->
                    CompletableFuture.failedFuture(new UnavailableException("down")));
    CompletableFuture<?> status = new MeteredGateway(down, registry).status();
    assertThrows(CompletionException.class, status::join);
    assertEquals(1, count(registry, "status", "failed"));
    assertEquals(0, count(registry, "status", "answered"));
  }

  /** What the other JVM runs. */
  static final class Without {
    // Here, since the class around this one names Micrometer.
    private static final byte[] CONTENT = new byte[100_000];

    public static void main(String[] arguments) throws IOException {
      try {
        Class.forName("io.micrometer.core.instrument.Metrics");
        throw new AssertionError("Micrometer is there");
      } catch (ClassNotFoundException asIntended) {
        try (Store store = Store.inProcess(1)) {
          Files.write(store.path("/file"), CONTENT);
          if (Arrays.equals(CONTENT, Files.readAllBytes(store.path("/file")))) {
            System.out.println("read back");
          }
        }
      }
    }
  }

  @Test
  void aStoreWorksWithoutMicrometer() throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("micrometer"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            classPath,
            Without.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), output);
      assertTrue(output.contains("read back"), output);
    } finally {
      process.destroyForcibly();
    }
  }
}
