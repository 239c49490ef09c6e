package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.consensus.ConsensusMessage.ReadIndexReply;
import io.quorate.store.consensus.ConsensusMessage.ReadIndexRequest;
import io.quorate.store.consensus.ConsensusMessage.RequestVote;
import io.quorate.store.consensus.ConsensusMessage.TimeoutNow;
import io.quorate.store.consensus.ConsensusMessage.VoteReply;
import io.quorate.store.consensus.Effects.Outbound;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Plays a conversation between peers, command by command, and writes down what each of them does.
 *
 * <pre>
 *   cluster N [learners M] [appends BYTES] [leases MILLIS]
 *                               N voters (and M learners), all new; appends of at most so many bytes;
 *                               read leases for which commits wait so long
 *   campaign P                  time passes for P alone until it stands
 *   tick P MILLIS               time passes for P alone
 *   pass MILLIS                 time passes for everybody, and all arrives and is durable at once
 *   deliver [A->B ...]          what is on the way arrives (on those links only); not what it causes
 *   drop [A->B ...]             what is on the way is lost
 *   settle                      everything arrives and every disk catches up, until all is quiet
 *   quietly COMMAND             the same without writing it down
 *   durable P                   P's disk catches up
 *   propose P TEXT ...          proposals; read P: a read
 *   awaits P; patient P         somebody at P waits for commits; nobody does any more
 *   members P VOTERS [LEARNERS] proposes a membership, as 1,2,3=203 (another incarnation)
 *   transfer P TO               asks P to hand over
 *   cut A,B C,D                 these no longer reach each other; heal
 *   crash P; restart P; wipe P  wipe: starts again with an empty disk and a new incarnation
 *   status                      everybody's state and log
 * </pre>
 */
final class Transcript {
  private static final long MILLI = 1_000_000;

  private record Letter(int from, int to, ConsensusMessage message) {}

  private final Rules rules;
  private final ModelChecker checker = new ModelChecker();
  private final TreeMap<Integer, ModelPeer> peers = new TreeMap<>();
  private final List<Letter> mail = new ArrayList<>();
  private final TreeSet<String> cut = new TreeSet<>();
  private final Map<Integer, String> lastRole = new TreeMap<>();
  private final Map<Integer, Long> lastCommit = new TreeMap<>();
  private final Map<Long, Long> readStarts = new TreeMap<>();
  private final Map<Long, Long> acceptedAt = new TreeMap<>();
  private StringBuilder out = new StringBuilder();
  private long now;
  private long proposals;
  private long reads;

  Transcript(Rules rules) {
    this.rules = rules;
  }

  /** Executes one command and returns what happened, a line each. */
  String execute(String command) {
    out = new StringBuilder();
    String[] words = command.strip().split("\\s+");
    run(words);
    return out.toString();
  }

  private void run(String[] words) {
    switch (words[0]) {
      case "cluster" -> cluster(words);
      case "campaign" -> campaign(peer(words[1]));
      case "tick" -> tick(peer(words[1]), Long.parseLong(words[2]));
      case "pass" -> pass(Long.parseLong(words[1]));
      case "deliver" -> deliver(words);
      case "drop" -> take(words);
      case "settle" -> settle();
      case "quietly" -> {
        run(List.of(words).subList(1, words.length).toArray(new String[0]));
        out = new StringBuilder();
      }
      case "durable" -> durable(peer(words[1]));
      case "propose" -> propose(words);
      case "read" -> {
        reads++;
        readStarts.put(reads, checker.committedIndex());
        step(peer(words[1]), new Input.ReadIndex(reads));
      }
      case "awaits", "patient" -> step(peer(words[1]), new Input.Awaits(words[0].equals("awaits")));
      case "members" -> members(words);
      case "transfer" ->
          step(peer(words[1]), new Input.TransferLeadership(Integer.parseInt(words[2])));
      case "cut" -> cut(words[1].split(","), words[2].split(","));
      case "heal" -> cut.clear();
      case "crash" -> {
        peer(words[1]).crash(0);
        checker.synced(peer(words[1]));
      }
      case "restart" -> started(peer(words[1]), false);
      case "wipe" -> started(peer(words[1]), true);
      case "status" -> status();
      default -> throw new IllegalArgumentException("unknown command " + words[0]);
    }
  }

  private ModelPeer peer(String id) {
    ModelPeer peer = peers.get(Integer.parseInt(id));
    if (peer == null) {
      throw new IllegalArgumentException("there is no peer " + id);
    }
    return peer;
  }

  private void say(String format, Object... arguments) {
    out.append(String.format(format, arguments)).append('\n');
  }

  private void cluster(String[] words) {
    int voters = Integer.parseInt(words[1]);
    int learners = 0;
    int appendBytes = 1 << 16;
    long leaseMillis = 0;
    for (int i = 2; i < words.length; i += 2) {
      switch (words[i]) {
        case "learners" -> learners = Integer.parseInt(words[i + 1]);
        case "appends" -> appendBytes = Integer.parseInt(words[i + 1]);
        case "leases" -> leaseMillis = Long.parseLong(words[i + 1]);
        default -> throw new IllegalArgumentException("unknown option " + words[i]);
      }
    }
    SortedMap<Integer, Long> voting = new TreeMap<>();
    SortedMap<Integer, Long> learning = new TreeMap<>();
    for (int id = 1; id <= voters + learners; id++) {
      (id <= voters ? voting : learning).put(id, 100L + id);
    }
    Membership base = new Membership(0, voting, learning);
    for (int id = 1; id <= voters + learners; id++) {
      ConsensusOptions options =
          ConsensusOptions.of(id, 100L + id, id)
              .withBounds(appendBytes, 1 << 20, 1 << 20, 1 << 20)
              .withLease(leaseMillis * MILLI);
      ModelPeer peer = new ModelPeer(options, base, rules, now);
      peers.put(id, peer);
      lastRole.put(id, role(peer));
      checker.started(peer);
    }
  }

  private void campaign(ModelPeer peer) {
    Role before = peer.consensus().role();
    for (int ticks = 0; peer.consensus().role() == before; ticks++) {
      if (ticks > 200) {
        say("%d does not stand", peer.id);
        return;
      }
      now += 10 * MILLI;
      step(peer, new Input.Tick());
    }
  }

  private void tick(ModelPeer peer, long millis) {
    for (long passed = 0; passed < millis; passed += 10) {
      now += 10 * MILLI;
      step(peer, new Input.Tick());
    }
  }

  private void pass(long millis) {
    for (long passed = 0; passed < millis; passed += 10) {
      now += 10 * MILLI;
      for (ModelPeer peer : peers.values()) {
        if (peer.isRunning()) {
          step(peer, new Input.Tick());
        }
      }
      settle();
    }
  }

  private List<Letter> take(String[] words) {
    List<String> links = List.of(words).subList(1, words.length);
    List<Letter> taken = new ArrayList<>();
    for (Iterator<Letter> each = mail.iterator(); each.hasNext(); ) {
      Letter letter = each.next();
      if (links.isEmpty() || links.contains(letter.from + "->" + letter.to)) {
        taken.add(letter);
        each.remove();
      }
    }
    return taken;
  }

  private void deliver(String[] words) {
    for (Letter letter : take(words)) {
      ModelPeer peer = peers.get(letter.to);
      if (peer.isRunning()) {
        step(peer, new Input.Received(letter.from, letter.message));
      }
    }
  }

  private void settle() {
    for (int round = 0; round < 100; round++) {
      deliver(new String[] {"deliver"});
      boolean quiet = true;
      for (ModelPeer peer : peers.values()) {
        if (peer.isRunning() && peer.unsynced() > 0) {
          durable(peer);
          quiet = false;
        }
      }
      if (quiet && mail.isEmpty()) {
        return;
      }
    }
    throw new IllegalStateException("never quiet");
  }

  private void durable(ModelPeer peer) {
    List<Outbound> released = peer.sync(Integer.MAX_VALUE);
    checker.synced(peer);
    send(peer, released, "");
    step(peer, new Input.Durable(peer.durableNumber()));
  }

  private void propose(String[] words) {
    List<Input.Proposal> all = new ArrayList<>();
    for (int i = 2; i < words.length; i++) {
      proposals++;
      byte[] body = words[i].getBytes(StandardCharsets.UTF_8);
      all.add(new Input.Proposal(proposals, EntryKind.COMMAND, List.of(), body));
    }
    step(peer(words[1]), new Input.Propose(now, all));
  }

  private void members(String[] words) {
    Membership next =
        new Membership(0, ids(words[2]), words.length > 3 ? ids(words[3]) : new TreeMap<>());
    proposals++;
    Input.Proposal proposal =
        new Input.Proposal(proposals, EntryKind.MEMBERSHIP, List.of(), next.encode());
    step(peer(words[1]), new Input.Propose(now, List.of(proposal)));
  }

  private static SortedMap<Integer, Long> ids(String list) {
    SortedMap<Integer, Long> ids = new TreeMap<>();
    for (String one : list.split(",")) {
      String[] parts = one.split("=");
      int id = Integer.parseInt(parts[0]);
      ids.put(id, parts.length > 1 ? Long.parseLong(parts[1]) : 100L + id);
    }
    return ids;
  }

  private void cut(String[] some, String[] others) {
    for (String one : some) {
      for (String other : others) {
        cut.add(one + "->" + other);
        cut.add(other + "->" + one);
      }
    }
  }

  private void started(ModelPeer peer, boolean empty) {
    if (peer.isRunning()) {
      peer.crash(0);
    }
    if (empty) {
      peer.restartEmpty(peer.incarnation() + 100, 50L + peer.id, now);
    } else {
      peer.restart(50L + peer.id, 0, now);
    }
    mail.removeIf(letter -> letter.to == peer.id);
    lastRole.put(peer.id, role(peer));
    lastCommit.put(peer.id, peer.knownCommit());
    checker.started(peer);
  }

  private void step(ModelPeer peer, Input input) {
    Effects effects = peer.step(List.of(input), now);
    String role = role(peer);
    if (!role.equals(lastRole.put(peer.id, role))) {
      say("%d is %s", peer.id, role);
    }
    HardState state = effects.hardState();
    if (state != null) {
      say("%d writes term %d, vote %d", peer.id, state.term(), state.votedFor());
    }
    for (Entry entry : effects.append()) {
      say("%d writes %s", peer.id, text(entry));
    }
    effects.accepted().forEach(each -> acceptedAt.put(each.ticket(), each.index()));
    effects.refused().forEach(ticket -> say("%d refuses proposal %d", peer.id, ticket));
    if (effects.commitIndex() > lastCommit.getOrDefault(peer.id, 0L)) {
      say("%d commits %d", peer.id, effects.commitIndex());
    }
    lastCommit.put(peer.id, effects.commitIndex());
    checker.stepped(peer, effects);
    send(peer, effects.send(), "");
    for (Outbound waiting : effects.sendWhenDurable()) {
      say("%d keeps until durable: %s to %d", peer.id, text(waiting.message()), waiting.to());
    }
    for (Effects.Readable readable : effects.readable()) {
      say("%d may do read %d at %d", peer.id, readable.ticket(), readable.index());
      checker.readable(peer, readable.index(), readStarts.get(readable.ticket()));
    }
    effects.refusedReads().forEach(ticket -> say("%d refuses read %d", peer.id, ticket));
    for (Effects.LogRead read : effects.logReads()) {
      step(peer, new Input.LogEntries(read.forPeer(), peer.read(read)));
    }
  }

  private void send(ModelPeer peer, List<Outbound> messages, String suffix) {
    for (Outbound one : messages) {
      checker.sent(peer, one.to(), one.message());
      boolean lost = cut.contains(peer.id + "->" + one.to());
      say("%d->%d %s%s", peer.id, one.to(), text(one.message()), lost ? " (lost)" : suffix);
      if (!lost) {
        mail.add(new Letter(peer.id, one.to(), one.message()));
      }
    }
  }

  private static String role(ModelPeer peer) {
    Consensus consensus = peer.consensus();
    return String.format(
        "%s term %d, leader %d", consensus.role(), consensus.term(), consensus.leader());
  }

  private void status() {
    for (ModelPeer peer : peers.values()) {
      String log =
          peer.log().stream()
              .map(entry -> entry.index() + "/" + entry.term())
              .collect(Collectors.joining(" "));
      say(
          "%d %s%s%s, durable %d, commit %d, log %s",
          peer.id,
          peer.isRunning() ? "" : "(down) ",
          role(peer),
          peer.consensus().role() == Role.LEADER && !peer.consensus().writable()
              ? " not writable"
              : "",
          peer.durableLog().size(),
          peer.knownCommit(),
          log.isEmpty() ? "empty" : log);
    }
  }

  private static String text(Entry entry) {
    String what =
        switch (entry.kind()) {
          case NO_OP -> "no-op";
          case COMMAND -> "'" + new String(entry.body(), StandardCharsets.UTF_8) + "'";
          case MEMBERSHIP -> {
            Membership members = Membership.decode(entry.index(), entry.body());
            yield "members " + members.voters() + members.learners();
          }
        };
    return what + "@" + entry.index() + "/" + entry.term();
  }

  private static String text(ConsensusMessage message) {
    return switch (message) {
      case RequestVote m ->
          String.format(
              "%s term %d, log %d/%d%s",
              m.preVote() ? "would you vote?" : "vote!",
              m.term(),
              m.lastIndex(),
              m.lastTerm(),
              m.transfer() ? ", by transfer" : "");
      case VoteReply m ->
          String.format(
              "%s %s term %d",
              m.granted() ? "yes" : "no", m.preVote() ? "(promise)" : "(vote)", m.term());
      case AppendEntries m ->
          String.format(
              "append term %d after %d/%d [%s] commit %d round %d%s%s",
              m.term(),
              m.prevIndex(),
              m.prevTerm(),
              m.entries().stream().map(Transcript::text).collect(Collectors.joining(" ")),
              m.commitIndex(),
              m.round(),
              m.writable() ? "" : " not writable",
              m.lease() == ConsensusMessage.NO_LEASE
                  ? ""
                  : m.calledBack() ? " call back" : " lease");
      case AppendReply m ->
          String.format(
              "%s term %d %d round %d%s%s",
              m.accepted() ? "have" : "refuse",
              m.term(),
              m.index(),
              m.round(),
              m.eager() ? " eager" : "",
              m.calledBack() == ConsensusMessage.NO_LEASE ? "" : " gave up");
      case ReadIndexRequest m -> String.format("read? term %d", m.term());
      case ReadIndexReply m -> String.format("read at %d, term %d", m.index(), m.term());
      case TimeoutNow m -> String.format("take over, term %d", m.term());
    };
  }
}
