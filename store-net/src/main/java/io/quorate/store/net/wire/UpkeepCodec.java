package io.quorate.store.net.wire;

import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.Upkeep;
import org.jspecify.annotations.Nullable;

/** A peer's account of its upkeep as a message. */
final class UpkeepCodec {
  private UpkeepCodec() {}

  static io.quorate.store.net.proto.Upkeep encode(Upkeep upkeep) {
    return io.quorate.store.net.proto.Upkeep.newBuilder()
        .setContent(encode(upkeep.content()))
        .setCheckpoint(
            io.quorate.store.net.proto.Upkeep.Checkpoint.newBuilder()
                .setDoneBytes(upkeep.checkpoint().doneBytes())
                .setTotalBytes(upkeep.checkpoint().totalBytes()))
        .setScrub(encode(upkeep.scrub()))
        .setSpace(encode(upkeep.space()))
        .build();
  }

  private static io.quorate.store.net.proto.Upkeep.Content encode(Upkeep.Content content) {
    return io.quorate.store.net.proto.Upkeep.Content.newBuilder()
        .setSearching(content.searching())
        .setMissingChunks(content.missingChunks())
        .setMissingBytes(content.missingBytes())
        .setLostChunks(content.lostChunks())
        .setBytesPerSecond(content.bytesPerSecond())
        .build();
  }

  private static io.quorate.store.net.proto.Upkeep.Scrub encode(Upkeep.Scrub scrub) {
    return io.quorate.store.net.proto.Upkeep.Scrub.newBuilder()
        .setRunning(scrub.running())
        .setCheckedBytes(scrub.checkedBytes())
        .setPassBytes(scrub.passBytes())
        .setPasses(scrub.passes())
        .setFinishedMillis(scrub.finishedMillis())
        .setDamagedChunks(scrub.damagedChunks())
        .setMendedChunks(scrub.mendedChunks())
        .setDemanded(encode(scrub.demanded()))
        .build();
  }

  private static io.quorate.store.net.proto.Upkeep.Demanded encode(Upkeep.Demanded demanded) {
    return io.quorate.store.net.proto.Upkeep.Demanded.newBuilder()
        .setTicket(demanded.ticket())
        .setEnded(demanded.ended())
        .setCheckedChunks(demanded.checkedChunks())
        .setCheckedBytes(demanded.checkedBytes())
        .setDamagedChunks(demanded.damagedChunks())
        .setMendedChunks(demanded.mendedChunks())
        .setMetadataSound(demanded.metadataSound())
        .build();
  }

  private static Upkeep.Demanded decode(io.quorate.store.net.proto.Upkeep.Demanded demanded) {
    return new Upkeep.Demanded(
        demanded.getTicket(),
        demanded.getEnded(),
        demanded.getCheckedChunks(),
        demanded.getCheckedBytes(),
        demanded.getDamagedChunks(),
        demanded.getMendedChunks(),
        demanded.getMetadataSound());
  }

  static io.quorate.store.net.proto.ScrubDemand encode(ScrubDemand demand) {
    return io.quorate.store.net.proto.ScrubDemand.newBuilder()
        .setTicket(demand.ticket())
        .setPeer(demand.peer())
        .setBytesPerSecond(demand.bytesPerSecond())
        .build();
  }

  static ScrubDemand decode(io.quorate.store.net.proto.ScrubDemand demand) {
    return new ScrubDemand(demand.getTicket(), demand.getPeer(), demand.getBytesPerSecond());
  }

  private static io.quorate.store.net.proto.Upkeep.Space encode(Upkeep.Space space) {
    return io.quorate.store.net.proto.Upkeep.Space.newBuilder()
        .setLiveBytes(space.liveBytes())
        .setGarbageBytes(space.garbageBytes())
        .setLogBytes(space.logBytes())
        .setReservedBytes(space.reservedBytes())
        .setFreeBytes(space.freeBytes())
        .build();
  }

  /** Null is from a peer that does not say. */
  static Upkeep decode(io.quorate.store.net.proto.@Nullable Upkeep upkeep) {
    if (upkeep == null) {
      return Upkeep.UNKNOWN;
    }
    io.quorate.store.net.proto.Upkeep.Content content = upkeep.getContent();
    io.quorate.store.net.proto.Upkeep.Checkpoint checkpoint = upkeep.getCheckpoint();
    io.quorate.store.net.proto.Upkeep.Scrub scrub = upkeep.getScrub();
    io.quorate.store.net.proto.Upkeep.Space space = upkeep.getSpace();
    return new Upkeep(
        new Upkeep.Content(
            content.getSearching(),
            content.getMissingChunks(),
            content.getMissingBytes(),
            content.getLostChunks(),
            content.getBytesPerSecond()),
        new Upkeep.Checkpoint(checkpoint.getDoneBytes(), checkpoint.getTotalBytes()),
        new Upkeep.Scrub(
            scrub.getRunning(),
            scrub.getCheckedBytes(),
            scrub.getPassBytes(),
            scrub.getPasses(),
            scrub.getFinishedMillis(),
            scrub.getDamagedChunks(),
            scrub.getMendedChunks(),
            decode(scrub.getDemanded())),
        new Upkeep.Space(
            space.getLiveBytes(),
            space.getGarbageBytes(),
            space.getLogBytes(),
            space.getReservedBytes(),
            space.getFreeBytes()));
  }
}
