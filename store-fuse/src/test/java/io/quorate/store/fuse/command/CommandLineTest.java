package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.gateway.Upkeep;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Words, help, the way to the cluster, status, and how failures read. */
class CommandLineTest {
  @TempDir Path temp;

  /** Answers with what each test wants. */
  private interface Opener extends Connector {
    Store open(Path file) throws IOException;

    @Override
    default Store connect(Path clusterFile, StoreOptions options, Duration opening)
        throws IOException {
      return open(clusterFile);
    }

    @Override
    default Store connectTo(Path clusterFile, int peer, StoreOptions options, Duration opening)
        throws IOException {
      return open(clusterFile);
    }
  }

  private TestShell shell(Opener opener) {
    return new TestShell(temp, opener);
  }

  private TestShell refusing() {
    return shell(
        _ -> {
          throw new AssertionError("nothing should be connected");
        });
  }

  /** A mount whose requests wait for a quorum does not wait as long for peers that never were. */
  @Test
  void openingTakesAsLongAsTheTimeoutSays() throws IOException {
    Files.createFile(temp.resolve("client.conf"));
    List<Duration> times = new ArrayList<>();
    Connector unreachable =
        new Connector() {
          @Override
          public Store connect(Path file, StoreOptions options, Duration opening)
              throws IOException {
            times.add(opening);
            times.add(Duration.ofMillis(options.deadlineMillis()));
            throw new UnavailableException(
                "tried for 30 s: no peer could be reached (h1:7400: no)");
          }

          @Override
          public Store connectTo(Path file, int peer, StoreOptions options, Duration opening)
              throws IOException {
            return connect(file, options, opening);
          }
        };
    TestShell shell = new TestShell(temp, unreachable);
    Outcome outcome =
        shell.run("mount", "--foreground", "-o", "no_quorum=wait", "--timeout", "30", "here");
    assertEquals(ExitStatus.NOT_STARTED, outcome.status());
    assertEquals(List.of(Duration.ofSeconds(30), Duration.ofMinutes(10)), times);
    for (String said :
        List.of("tried for 30 s", "'quorate serve' starts", "a longer --timeout waits")) {
      assertTrue(outcome.err().contains(said), outcome.err());
    }
  }

  @Test
  void helpOfEveryCommandNamesItsOptionsAndExitStatuses() {
    CommandLine root =
        QuorateCommand.commandLine(refusing().surroundings(new byte[0], buffer(), buffer()));
    assertEquals(31, root.getSubcommands().size());
    String rootHelp = refusing().run("--help").out();
    root.getSubcommands()
        .forEach(
            (name, command) -> {
              Outcome outcome = refusing().run(name, "--help");
              assertEquals(0, outcome.status());
              assertEquals("", outcome.err());
              for (OptionSpec option : command.getCommandSpec().options()) {
                for (String spelling : option.names()) {
                  assertTrue(option.hidden() || outcome.out().contains(spelling), name + spelling);
                }
              }
              assertTrue(outcome.out().contains("Exit status:\n  "), outcome.out());
              assertTrue(outcome.out().contains("Example"), outcome.out());
              assertTrue(
                  outcome.out().lines().allMatch(line -> line.length() <= 80), outcome.out());
              assertTrue(
                  rootHelp.lines().filter(line -> line.startsWith("  " + name + " ")).count() == 1,
                  name + " is listed once in:\n" + rootHelp);
            });
  }

  private static java.io.ByteArrayOutputStream buffer() {
    return new java.io.ByteArrayOutputStream();
  }

  @Test
  void wrongWordsAreTwoLinesAndStatusTwo() {
    for (String[] words :
        new String[][] {
          {}, {"lss"}, {"ls", "--nonsense"}, {"put", "x"}, {"put", "--at-once", "many", "a", "/b"}
        }) {
      Outcome outcome = refusing().run(words);
      assertEquals(2, outcome.status());
      assertEquals("", outcome.out());
      assertEquals(2, outcome.err().lines().count(), outcome.err());
      assertTrue(outcome.err().lines().allMatch(line -> line.startsWith("quorate: ")));
      assertTrue(outcome.err().contains("--help'"), outcome.err());
    }
    assertTrue(refusing().run("lss").err().contains("did you mean ls"));
    assertEquals(2, refusing().run("put", "-j", "0", "a", "/b").status());
  }

  @Test
  void findsItsCluster() throws IOException {
    List<Path> opened = new ArrayList<>();
    Opener opener =
        file -> {
          opened.add(temp.relativize(file));
          return new FakeStore(temp, healthy());
        };
    Outcome none = shell(opener).run("status");
    assertEquals(2, none.status());
    assertTrue(none.err().startsWith("quorate: no cluster here: "), none.err());
    assertTrue(none.err().contains("quorate init"), none.err());
    Files.createDirectories(temp.resolve("quorate"));
    Files.createFile(temp.resolve("quorate/client.conf"));
    Files.createFile(temp.resolve("other.conf"));
    assertEquals(0, shell(opener).run("status").status());
    assertEquals(0, shell(opener).run("status", "--cluster", "other.conf").status());
    assertEquals(0, shell(opener).run("status", "-c", "quorate").status());
    assertEquals(0, shell(opener).with("QUORATE_CLUSTER", "other.conf").run("status").status());
    Files.createFile(temp.resolve("client.conf"));
    assertEquals(0, shell(opener).run("status").status());
    assertEquals(
        List.of(
            "quorate/client.conf",
            "other.conf",
            "quorate/client.conf",
            "other.conf",
            "client.conf"),
        opened.stream().map(Path::toString).toList());
    Outcome wrong = shell(opener).run("status", "-c", "no.conf");
    assertEquals(2, wrong.status());
    assertTrue(wrong.err().contains("no cluster at --cluster no.conf"), wrong.err());
  }

  @Test
  void failuresOfTheClusterHaveTheirOwnStatus() throws IOException {
    Files.createFile(temp.resolve("client.conf"));
    Outcome unreachable =
        shell(
                _ -> {
                  throw new ConnectException("no peer answers at 127.0.0.1:1");
                })
            .run("ls");
    assertEquals(
        new Outcome(
            2,
            "",
            "quorate: no peer answers at 127.0.0.1:1; the cluster is that of "
                + temp.resolve("client.conf")
                + ": 'quorate serve' starts its peers, and a longer --timeout waits for them\n"),
        unreachable);
    Outcome noQuorum =
        shell(_ -> failing(new NoQuorumException("/a", "no leader"))).run("cat", "/a");
    assertEquals(2, noQuorum.status());
    assertTrue(noQuorum.err().contains("nothing was written"), noQuorum.err());
    Outcome unknown =
        shell(_ -> failing(new IndeterminateWriteException("/a", "no answer in 10 s")))
            .run("cat", "/a");
    assertEquals(3, unknown.status());
    assertTrue(unknown.err().contains("may or may not"), unknown.err());
    Outcome bug = shell(_ -> failing(null)).run("cat", "/a");
    assertEquals(1, bug.status());
    assertTrue(bug.err().startsWith("quorate: internal error: "), bug.err());
    assertEquals(1, bug.err().lines().count());
    assertTrue(shell(_ -> failing(null)).run("--debug", "cat", "/a").err().contains("\tat "));
    assertTrue(shell(_ -> failing(null)).run("cat", "--debug", "/a").err().contains("\tat "));
  }

  private Store failing(IOException thrown) {
    return new FakeStore(temp, healthy()) {
      @Override
      public long get(Path path, java.io.OutputStream sink) throws IOException {
        if (thrown == null) {
          throw new IllegalStateException("a bug");
        }
        throw thrown;
      }
    };
  }

  private static PeerStatus peer(int id, State state, long applied, long lag) {
    return new PeerStatus(
        id,
        "10.0.0." + id + ":7400",
        state,
        applied,
        lag,
        1L << 34,
        1L << 36,
        "ab",
        120,
        "",
        Upkeep.UNKNOWN);
  }

  private static ClusterStatus healthy() {
    return new ClusterStatus(
        "shop",
        2,
        1,
        7,
        1234,
        true,
        true,
        List.of(
            peer(1, State.LEADER, 1234, 0),
            peer(2, State.FOLLOWER, 1234, 0),
            peer(3, State.FOLLOWER, 1230, 4),
            peer(4, State.FOLLOWER, 1234, 0)),
        List.of(),
        Features.FIRST);
  }

  private static ClusterStatus sick() {
    PeerStatus lost =
        new PeerStatus(
            2,
            "10.0.0.2:7400",
            State.UNREACHABLE,
            -1,
            -1,
            -1,
            -1,
            "",
            3_700_000,
            "no route",
            Upkeep.UNKNOWN);
    return new ClusterStatus(
        "shop",
        1,
        0,
        7,
        1234,
        false,
        false,
        List.of(peer(1, State.CANDIDATE, 1234, 0), lost),
        List.of(),
        Features.FIRST);
  }

  @Test
  void statusIsATableAndAnExitStatus() throws IOException {
    Files.createFile(temp.resolve("client.conf"));
    Outcome well = shell(_ -> new FakeStore(temp, healthy())).run("status");
    assertEquals(0, well.status());
    assertEquals(
        """
        cluster shop: healthy, as peer 2 sees it
        leader 1 in term 7, commit index 1,234
        digests agree

        peer  address        state     applied  lag  missing            free  scrubbed       heard
        1     10.0.0.1:7400  leader      1,234    0        0  16.0 GiB (25%)   not yet  120 ms ago
        2     10.0.0.2:7400  follower    1,234    0        0  16.0 GiB (25%)   not yet      itself
        3     10.0.0.3:7400  follower    1,230    4        0  16.0 GiB (25%)   not yet  120 ms ago
        4     10.0.0.4:7400  follower    1,234    0        0  16.0 GiB (25%)   not yet  120 ms ago
        """,
        well.out());
    Outcome ill = shell(_ -> new FakeStore(temp, sick())).run("status");
    assertEquals(1, ill.status());
    assertEquals(
        """
        cluster shop: NOT HEALTHY, as peer 1 sees it
        no leader: nothing can be written
        DIGESTS DIFFER: the peers' metadata is not the same; take no peer away now

        peer  address        state        applied  lag  missing            free  scrubbed          heard
        1     10.0.0.1:7400  candidate      1,234    0        0  16.0 GiB (25%)   not yet         itself
        2     10.0.0.2:7400  unreachable        -    -        -               -         -  1 h 1 min ago
        peer 2: no route
        """,
        ill.out());
  }

  @Test
  void statusAsJsonParses() throws IOException {
    Files.createFile(temp.resolve("client.conf"));
    Outcome well = shell(_ -> new FakeStore(temp, healthy())).run("status", "--json");
    assertEquals(0, well.status());
    Map<String, Object> status = JsonReader.object(well.out());
    assertEquals(true, status.get("healthy"));
    assertEquals(1L, status.get("leader"));
    assertEquals(4, ((List<?>) status.get("peers")).size());
    Outcome ill = shell(_ -> new FakeStore(temp, sick())).run("status", "--json");
    assertEquals(1, ill.status());
    Map<String, Object> sick = JsonReader.object(ill.out());
    assertEquals(null, sick.get("leader"));
    Map<?, ?> lost = (Map<?, ?>) ((List<?>) sick.get("peers")).get(1);
    assertEquals("UNREACHABLE", lost.get("state"));
    assertEquals(null, lost.get("appliedIndex"));
    assertEquals(3_700_000L, lost.get("silentMillis"));
  }
}
