package io.quorate.store.fuse.command;

import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.Activity;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.LostContent;
import io.quorate.store.gateway.Upkeep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What peers mend, look over and store, as the commands show it. */
final class UpkeepFacts {
  private UpkeepFacts() {}

  /** What a peer is at, as {@code follower, healing}. */
  static String words(PeerStatus peer) {
    Activity activity = peer.activity();
    return switch (activity) {
      case SERVING -> words(peer.state());
      case HEALING -> words(peer.state()) + ", healing";
      case DAMAGED -> words(peer.state()) + ", content lost";
      case CATCHING_UP_BY_LOG -> "catching up by log";
      case RECEIVING_CHECKPOINT -> "receiving a checkpoint";
      case READMITTING -> "suspect";
      case LEARNING -> "learner";
      case ELECTING -> "candidate";
      case FULL -> "full";
      case UNREACHABLE -> "unreachable";
    };
  }

  private static String words(State state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Chunks that a peer lacks, as {@code 12} or, where more may be found, {@code 12+}. */
  static String missing(PeerStatus peer) {
    Upkeep.Content content = peer.upkeep().content();
    if (peer.state() == State.UNREACHABLE) {
      return "-"; // what it said last counts no longer
    }
    return Human.count(content.missingChunks()) + (content.searching() ? "+" : "");
  }

  /** How long healing will take, as {@code 0:12}; {@code -} if that can not be told. */
  static String left(Upkeep.Content content) {
    long millis = content.millisLeft();
    return millis < 0 ? "-" : Human.clock((millis + 999) / 1000);
  }

  /** How far a peer has come with looking over what it stores. */
  static String scrubbed(PeerStatus peer, long nowMillis) {
    Upkeep.Scrub scrub = peer.upkeep().scrub();
    if (peer.state() == State.UNREACHABLE) {
      return "-";
    }
    if (scrub.running()) {
      return scrub.percent() + "%";
    }
    return scrub.finishedMillis() == 0
        ? "not yet"
        : Human.millis(Math.max(0, nowMillis - scrub.finishedMillis())) + " ago";
  }

  /** What there is to say of a peer beside its row; empty if nothing. */
  static String remark(PeerStatus peer) {
    StringBuilder remark = new StringBuilder(peer.detail());
    if (peer.state() == State.UNREACHABLE) {
      return remark.toString(); // what it said last counts no longer
    }
    Upkeep.Checkpoint checkpoint = peer.upkeep().checkpoint();
    if (checkpoint.isComing()) {
      separate(remark)
          .append("receives a checkpoint, ")
          .append(Human.bytes(checkpoint.doneBytes()))
          .append(" of ")
          .append(Human.bytes(checkpoint.totalBytes()));
    }
    Upkeep.Content content = peer.upkeep().content();
    if (content.lostChunks() > 0) {
      separate(remark)
          .append(Human.count(content.lostChunks(), "chunk"))
          .append(" that it lacks no peer has");
    }
    if (content.missingChunks() > content.lostChunks()) {
      separate(remark)
          .append("lacks ")
          .append(Human.count(content.missingChunks(), "chunk"))
          .append(", ")
          .append(Human.bytes(content.missingBytes()))
          .append("; heals ")
          .append(Human.bytes(content.bytesPerSecond()))
          .append("/s");
      if (content.millisLeft() >= 0) {
        remark.append(", ").append(left(content)).append(" left");
      }
    }
    Upkeep.Scrub scrub = peer.upkeep().scrub();
    if (scrub.damagedChunks() > 0) {
      separate(remark)
          .append("scrubbing found ")
          .append(Human.count(scrub.damagedChunks(), "bad chunk"))
          .append(", ")
          .append(scrub.mendedChunks() == scrub.damagedChunks() ? "all" : scrub.mendedChunks())
          .append(" mended");
    }
    return remark.toString();
  }

  private static StringBuilder separate(StringBuilder remark) {
    return remark.isEmpty() ? remark : remark.append("; ");
  }

  /** Content that no peer has, a line each. */
  static List<String> lost(ClusterStatus status) {
    return status.lost().stream()
        .map(
            lost ->
                "LOST: bytes "
                    + lost.offset()
                    + " to "
                    + (lost.offset() + lost.lengthBytes() - 1)
                    + " of "
                    + file(lost)
                    + ": no peer has a good copy of chunk "
                    + lost.chunk())
        .toList();
  }

  private static String file(LostContent lost) {
    if (lost.inode() == 0) {
      return "a file that was deleted or replaced, and that somebody has open";
    }
    return lost.path().isEmpty()
        ? "inode " + lost.inode() + ", whose name is gone"
        : FileFacts.printable(lost.path());
  }

  static List<Object> json(List<LostContent> lost) {
    List<Object> list = new ArrayList<>();
    for (LostContent one : lost) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      object.put("path", one.path().isEmpty() ? null : one.path());
      object.put("inode", one.inode() == 0 ? null : one.inode());
      object.put("offset", one.offset());
      object.put("bytes", one.lengthBytes());
      object.put("chunk", one.chunk());
      list.add(object);
    }
    return list;
  }

  static Map<String, @Nullable Object> json(Upkeep.Content content) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("searching", content.searching());
    object.put("missingChunks", content.missingChunks());
    object.put("missingBytes", content.missingBytes());
    object.put("lostChunks", content.lostChunks());
    object.put("bytesPerSecond", content.bytesPerSecond());
    object.put("millisLeft", orNull(content.millisLeft()));
    return object;
  }

  static @Nullable Map<String, @Nullable Object> json(Upkeep.Checkpoint checkpoint) {
    if (!checkpoint.isComing()) {
      return null;
    }
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("doneBytes", checkpoint.doneBytes());
    object.put("totalBytes", checkpoint.totalBytes());
    return object;
  }

  static Map<String, @Nullable Object> json(Upkeep.Scrub scrub) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("running", scrub.running());
    object.put("percent", scrub.percent());
    object.put("passes", scrub.passes());
    object.put("finishedMillis", scrub.finishedMillis() == 0 ? null : scrub.finishedMillis());
    object.put("damagedChunks", scrub.damagedChunks());
    object.put("mendedChunks", scrub.mendedChunks());
    return object;
  }

  static Map<String, @Nullable Object> json(Upkeep.Space space) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("liveBytes", orNull(space.liveBytes()));
    object.put("garbageBytes", orNull(space.garbageBytes()));
    object.put("logBytes", orNull(space.logBytes()));
    object.put("reservedBytes", orNull(space.reservedBytes()));
    object.put("freeBytes", orNull(space.freeBytes()));
    return object;
  }

  static @Nullable Long orNull(long value) {
    return value < 0 ? null : value;
  }
}
