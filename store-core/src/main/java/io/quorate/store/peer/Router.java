package io.quorate.store.peer;

import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.peer.Proposals.Outstanding;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends this peer's proposals to whoever leads: those of one turn together, again when the leader
 * changes, and again when nothing was heard for long. Lives on the peer's loop.
 */
final class Router {
  /** Bytes of commands in one message; one larger command goes alone. */
  private static final int MAX_MESSAGE_BYTES = 256 << 10;

  private final int self;
  private final Proposals proposals;
  private final Admission admission;
  private final Transport transport;
  private final List<Outstanding> unsent = new ArrayList<>();
  private int leader;
  private long term;
  private boolean leaderChanged;
  private long lastTicket;

  /**
   * A router that sends nothing before it is told of a leader.
   *
   * @param firstTicket its tickets count up from here, see {@link Attempts}
   */
  Router(
      int self, Proposals proposals, Admission admission, Transport transport, long firstTicket) {
    this.self = self;
    this.proposals = proposals;
    this.admission = admission;
    this.transport = transport;
    this.lastTicket = firstTicket;
  }

  /** Adds a fresh proposal, to go at the end of the turn. */
  void add(Outstanding one) {
    unsent.add(one);
  }

  void leaderIs(int leader, long term) {
    if (leader != this.leader || term != this.term) {
      this.leader = leader;
      this.term = term;
      leaderChanged = true;
    }
  }

  void endOfTurn(long nowNanos) {
    if (leaderChanged) {
      leaderChanged = false;
      sendDue(nowNanos);
    } else if (!unsent.isEmpty()) {
      // A tick may have come between and sent some with all that was due.
      List<Outstanding> fresh = unsent.stream().filter(one -> !proposals.wasSent(one)).toList();
      unsent.clear();
      send(fresh, nowNanos);
    }
  }

  /** Sends again what is due; with it goes everything that was never sent. */
  void sendDue(long nowNanos) {
    unsent.clear();
    if (leader != 0) {
      send(proposals.due(leader, term, nowNanos), nowNanos);
    }
  }

  private void send(List<Outstanding> commands, long nowNanos) {
    if (leader == 0) {
      return; // due again as soon as there is a leader
    }
    List<ProposedCommand> message = new ArrayList<>();
    long ticket = ++lastTicket;
    int bytes = 0;
    for (Outstanding one : commands) {
      if (bytes > 0 && bytes + one.command.body().length > MAX_MESSAGE_BYTES) {
        sendMessage(ticket, message);
        message = new ArrayList<>();
        ticket = ++lastTicket;
        bytes = 0;
      }
      proposals.sending(one, ticket, leader, term, nowNanos);
      message.add(one.command);
      bytes += one.command.body().length;
    }
    if (!message.isEmpty()) {
      sendMessage(ticket, message);
    }
  }

  private void sendMessage(long ticket, List<ProposedCommand> commands) {
    if (leader == self) {
      admission.propose(self, ticket, commands);
    } else {
      transport.send(leader, new PeerMessage.Propose(ticket, commands));
    }
  }
}
