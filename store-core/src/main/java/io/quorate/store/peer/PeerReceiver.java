package io.quorate.store.peer;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ScrubDemand;

/** Sorts what arrives: content goes straight to the journal, everything else to the loop. */
final class PeerReceiver implements Transport.Receiver {
  private final Peer peer;
  private final Protocol protocol;
  private final ChunkExchange exchange;
  private final PeerLoop loop;

  PeerReceiver(Peer peer, Protocol protocol, ChunkExchange exchange, PeerLoop loop) {
    this.peer = peer;
    this.protocol = protocol;
    this.exchange = exchange;
    this.loop = loop;
  }

  @Override
  public void received(int from, PeerMessage message) {
    switch (message) {
      case PeerMessage.Consensus(var consensus) ->
          loop.execute(() -> protocol.received(from, consensus));
      case PeerMessage.PushChunk(Chunk chunk) -> peer.takePushed(chunk);
      case PeerMessage.PulledChunk(Chunk chunk) -> peer.takePulled(chunk);
      case PeerMessage.PullChunks(var chunks) -> exchange.pullRequested(from, chunks);
      case PeerMessage.MissingChunk(var chunk, long appliedIndex) ->
          exchange.missing(from, chunk, appliedIndex);
      case PeerMessage.Propose propose -> loop.execute(() -> protocol.proposed(from, propose));
      case PeerMessage.ProposalRefused refused ->
          loop.execute(() -> protocol.refusedByLeader(refused));
      case PeerMessage.Returned returned -> loop.execute(() -> protocol.returned(from, returned));
      case PeerMessage.Promised promised -> loop.execute(() -> protocol.promised(from, promised));
      case PeerMessage.Readmit wish -> loop.execute(() -> protocol.readmission().asked(from, wish));
      case PeerMessage.ChangeMembers wish ->
          loop.execute(() -> protocol.memberChanges().asked(from, wish));
      case PeerMessage.MembersRefused refused ->
          loop.execute(() -> protocol.membersRefused(refused));
      case PeerMessage.Members(var members) ->
          loop.execute(() -> protocol.links().heardOf(members));
      case PeerMessage.Awaited() -> loop.execute(() -> protocol.readmission().awaited());
      case PeerMessage.Census census -> loop.execute(() -> protocol.censusAsked(from, census));
      case PeerMessage.Counted counted -> loop.execute(() -> protocol.counted(from, counted));
      case PeerMessage.CheckpointOffer offer ->
          loop.execute(() -> protocol.catchUp().offered(from, offer));
      case PeerMessage.CheckpointPull pull ->
          loop.execute(() -> protocol.catchUp().pulled(from, pull));
      case PeerMessage.CheckpointPart part -> loop.execute(() -> protocol.catchUp().partCame(part));
      case PeerMessage.CheckpointGone gone -> loop.execute(() -> protocol.catchUp().gone(gone));
      case PeerMessage.ScrubNow(ScrubDemand demand) -> peer.scrub(demand);
      case PeerMessage.Report report -> loop.execute(() -> protocol.reported(from, report));
    }
  }

  @Override
  public void refused(int other, String why) {
    loop.execute(() -> protocol.links().refusedAsStranger(other, why));
  }

  @Override
  public void linkChanged(int other, boolean up) {
    loop.execute(() -> protocol.linkChanged(other, up));
  }
}
