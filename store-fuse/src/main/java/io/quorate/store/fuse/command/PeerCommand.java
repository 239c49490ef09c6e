package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterMembers.Member;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.config.ConfigException;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows and changes who the members of the cluster are. */
@Command(
    name = "peer",
    description = {
      "Show and change the members of the cluster, 3 to 7 peers, while it serves.",
      "",
      "  quorate peer list",
      "  quorate peer add ID HOST:PORT",
      "  quorate peer replace OLD ID HOST:PORT",
      "  quorate peer remove ID",
      "",
      "add and replace are done when all agree that the peer is to come; then start it on its"
          + " machine, with the configuration that --dir writes. It learns first, and votes once it"
          + " has everything; then the one that it replaces leaves, alive or lost for good. A peer"
          + " that is removed serves nothing from then on, and may be stopped.",
      "",
      "Refused, with the reason: fewer than three voting peers or more than seven members, an"
          + " address in use, and a removal that would leave content on less than a majority of the"
          + " peers, or too few peers that can be reached."
    },
    customSynopsis = {
      "quorate peer list [--json] [-c FILE]",
      "       quorate peer add [--dir DIR] ID HOST:PORT",
      "       quorate peer replace [--dir DIR] OLD ID HOST:PORT",
      "       quorate peer remove ID"
    },
    exitCodeList = {
      "0:done",
      "1:refused, or not agreed on in time",
      "2:wrong usage, or no cluster"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate peer replace --dir new 3 5 e:7400",
      "  scp -r new e:/etc/quorate",
      "  ssh e quorate serve /etc/quorate/peer-5.conf"
    })
final class PeerCommand extends ClientCommand {
  @Mixin private JsonOption json;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Write what the new peer needs to DIR: its configuration and the cluster key.")
  private @Nullable Path directory;

  @Parameters(index = "0", paramLabel = "ACTION", description = "list, add, replace or remove")
  private String action;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARG",
      description = "Ids of peers, and the new one's address.")
  private List<String> words = new ArrayList<>();

  private MemberCall call = new MemberCall.Show();

  @Override
  void check() {
    call =
        switch (action) {
          case "list" -> {
            expect(0, "quorate peer list");
            yield new MemberCall.Show();
          }
          case "add" -> {
            expect(2, "quorate peer add ID HOST:PORT");
            yield new MemberCall.Add(id(words.get(0)), address(words.get(1)));
          }
          case "remove" -> {
            expect(1, "quorate peer remove ID");
            yield new MemberCall.Remove(id(words.get(0)));
          }
          case "replace" -> {
            expect(3, "quorate peer replace OLD ID HOST:PORT");
            yield new MemberCall.Replace(id(words.get(0)), id(words.get(1)), address(words.get(2)));
          }
          default ->
              throw Failure.notStarted(
                  "'" + action + "' is nothing to do with peers; use list, add, replace or remove");
        };
  }

  private void expect(int count, String usage) {
    if (words.size() != count) {
      throw Failure.notStarted("usage: " + usage);
    }
  }

  private static int id(String word) {
    if (!word.matches("[1-9][0-9]{0,8}")) {
      throw Failure.notStarted("'" + word + "' is no id of a peer; they are numbered from 1");
    }
    return Integer.parseInt(word);
  }

  private static String address(String word) {
    try {
      Endpoint endpoint = Endpoint.parse(word);
      if (endpoint.port() == 0) {
        throw Failure.notStarted("port 0 is out of range; use 1 to 65535");
      }
      return endpoint.toString();
    } catch (IllegalArgumentException e) {
      throw Failure.notStarted(String.valueOf(e.getMessage()));
    }
  }

  @Override
  int run(Store store) throws Exception {
    ClusterMembers members = store.members(call);
    if (!members.refusal().isEmpty()) {
      throw Failure.failed(members.refusal());
    }
    switch (call) {
      case MemberCall.Show() -> show(members);
      case MemberCall.Add(int peer, String address) -> awaited(members, peer, address);
      case MemberCall.Replace(int old, int peer, String address) -> awaited(members, peer, address);
      case MemberCall.Remove(int peer) -> {
        if (!json.wanted()) {
          print("peer " + peer + " is no member any more, and serves nothing; stop it");
        }
      }
    }
    if (json.wanted() && !(call instanceof MemberCall.Show)) {
      show(members);
    }
    return ExitStatus.DONE;
  }

  private void awaited(ClusterMembers members, int peer, String address) throws IOException {
    Path file = directory == null ? null : write(members, peer, Endpoint.parse(address));
    if (json.wanted()) {
      return;
    }
    print("peer " + peer + " at " + address + " is awaited; start it there:");
    print("  quorate serve " + (file == null ? "peer-" + peer + ".conf" : file));
    if (file == null) {
      print("with a configuration as 'quorate peer' writes it with --dir.");
    }
    print("'quorate peer list' shows when it votes.");
  }

  /** The new peer's configuration: it finds the cluster at the members of now. */
  private Path write(ClusterMembers members, int peer, Endpoint address) throws IOException {
    SortedMap<Integer, Endpoint> others = new TreeMap<>();
    for (Member member : members.members()) {
      if (member.id() != peer && !member.address().isEmpty()) {
        Endpoint endpoint = Endpoint.parse(member.address());
        // One that is replaced at the same address is not where the cluster is found.
        if (!endpoint.equals(address)) {
          others.put(member.id(), endpoint);
        }
      }
    }
    Path target = surroundings().directory().resolve(directory);
    try {
      return ClusterInit.writeJoining(target, clusterFile(), peer, others, address);
    } catch (FileAlreadyExistsException e) {
      throw Failure.failed(
          "peer " + peer + " is awaited, but " + e.getFile() + " exists already: " + e.getReason());
    } catch (ConfigException e) {
      throw Failure.failed(String.valueOf(e.getMessage()));
    }
  }

  private void show(ClusterMembers members) {
    if (json.wanted()) {
      List<Object> all = new ArrayList<>();
      for (Member member : members.members()) {
        Map<String, @Nullable Object> one = new LinkedHashMap<>();
        one.put("id", member.id());
        one.put("address", member.address());
        one.put("standing", member.standing().name());
        one.put("replaces", member.replaces() == 0 ? null : member.replaces());
        all.add(one);
      }
      Map<String, @Nullable Object> line = new LinkedHashMap<>();
      line.put("members", all);
      line.put("forced", members.audit().isEmpty() ? null : members.audit());
      print(line);
      return;
    }
    PrintStream out = surroundings().out();
    Table table = new Table("<peer", "<address", "<standing", "<replaces");
    for (Member member : members.members()) {
      table.row(
          String.valueOf(member.id()),
          member.address(),
          member.standing().name().toLowerCase(Locale.ROOT),
          member.replaces() == 0 ? "-" : "peer " + member.replaces());
    }
    table.print(out);
    if (!members.audit().isEmpty()) {
      out.println("a quorum was forced " + members.audit());
    }
  }
}
