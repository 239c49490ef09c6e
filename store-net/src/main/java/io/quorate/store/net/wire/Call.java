package io.quorate.store.net.wire;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.SessionCommand;
import java.util.List;

/** What a client asks of a peer: the methods of {@link io.quorate.store.gateway.Gateway}. */
public sealed interface Call {

  record Propose(SessionCommand command, List<Chunk> chunks) implements Call {
    public Propose {
      chunks = List.copyOf(chunks);
    }
  }

  record StoreChunk(Chunk chunk) implements Call {}

  record Ask(Query query) implements Call {}

  record Read(At at, long content, long offset, int lengthBytes) implements Call {}

  record Changes(long after) implements Call {}

  record Status() implements Call {}

  record Scrub(ScrubDemand demand) implements Call {}

  record Members(MemberCall call) implements Call {}
}
