package io.quorate.store.fuse.twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import io.quorate.store.fuse.cluster.Hosts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * That each fault of a link does what its name says, in the one direction or both. Datagrams on one
 * link keep their order, so what was not received before the next one is lost.
 */
@Tag("processes")
@Timeout(value = 1, unit = TimeUnit.MINUTES) // Only against hanging for ever.
final class HostsTest {

  private record Host(int id, Process process, BufferedReader heard, PrintStream say)
      implements AutoCloseable {
    static Host start(int id) throws IOException {
      List<String> words = Jvm.on(id, "-Xmx32m", Probe.class);
      Process process = new ProcessBuilder(words).redirectError(Jvm.INHERIT).start();
      Host host =
          new Host(
              id,
              process,
              process.inputReader(StandardCharsets.UTF_8),
              new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8));
      assertEquals("ready", host.heard.readLine());
      return host;
    }

    void send(Host to, String word) {
      say.println(Hosts.address(to.id) + " " + word);
    }

    void hears(String... words) throws IOException {
      for (String word : words) {
        assertEquals(word, heard.readLine(), "next on host " + id);
      }
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void linksAreCutAndMended() throws Exception {
    try (Hosts hosts = create();
        Host one = Host.start(1);
        Host two = Host.start(2);
        Host three = Host.start(3)) {
      // Each knows the others' hardware addresses, else datagrams would wait for an answer.
      one.send(two, "hello");
      two.hears("hello");
      two.send(one, "hello");
      one.hears("hello");
      three.send(one, "third");
      one.hears("third");
      one.send(three, "third");
      three.hears("third");

      hosts.cutOneWay(1, 2);
      one.send(two, "lost");
      two.send(one, "back");
      one.hears("back");
      one.send(three, "aside");
      three.hears("aside");
      hosts.mendOneWay(1, 2);
      one.send(two, "mended");
      two.hears("mended");

      hosts.cut(1);
      one.send(two, "lost");
      two.send(one, "lost");
      three.send(one, "lost");
      hosts.mend(1);
      one.send(two, "there");
      two.hears("there");
      two.send(one, "again");
      three.send(one, "again");
      one.hears("again", "again");

      hosts.unplug(1);
      hosts.plug(1);
      one.send(two, "plugged");
      two.hears("plugged");
    }
  }

  private static Hosts create() throws Exception {
    try {
      return Hosts.create(3);
    } catch (Hosts.Unavailable e) {
      return abort(e.getMessage());
    }
  }
}
