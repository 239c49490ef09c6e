package io.quorate.store.sim;

import java.util.List;

/** What clients do: calls drawn at random on a small tree, so that they meet there. */
final class Workload {
  static final List<String> FILES = List.of("/a", "/b", "/c", "/d", "/d/a", "/d/b", "/e", "/e/a");
  static final List<String> DIRECTORIES = List.of("/", "/d", "/e");
  static final List<String> LOGS = List.of("/log0", "/log1");
  static final String SPARSE = "/sparse";

  private int lastToken;

  /** A content that nobody has written before. */
  int nextToken() {
    return ++lastToken;
  }

  /** Has {@code client} do something in {@code tree}. */
  void perform(ClientFace client, Subtree tree) {
    SimRandom random = client.random();
    String path = random.pick(FILES);
    if (random.chance(0.05)) {
      // Read, and replace what was read.
      FileCall.Read read = new FileCall.Read(path);
      String content = tree.perform(client, read);
      if (content != null && content.startsWith("ok ") && content.length() > 3) {
        long version = client.lastReadVersion();
        if (version > 0) {
          tree.perform(client, new FileCall.PutIfSame(path, ++lastToken, content, version));
        }
      }
      return;
    }
    tree.perform(client, drawCall(random, path));
  }

  private FileCall drawCall(SimRandom random, String path) {
    return switch (random.below(22)) {
      case 0, 1, 2 -> new FileCall.Put(path, ++lastToken);
      case 3, 4, 5 -> new FileCall.Append(random.pick(LOGS), ++lastToken);
      case 6, 7 -> new FileCall.Read(random.pick(LOGS));
      case 8, 9 -> new FileCall.Read(path);
      case 10 -> new FileCall.List(random.pick(DIRECTORIES));
      case 11 -> new FileCall.Create(path);
      case 12 -> new FileCall.MakeDirectory(random.pick(List.of("/d", "/e", "/c")));
      case 13 -> new FileCall.Rename(path, random.pick(FILES));
      case 14 ->
          random.chance(0.3)
              ? new FileCall.RemoveDirectory(random.pick(List.of("/d", "/e", "/c")))
              : new FileCall.Unlink(path);
      case 15 -> new FileCall.Exchange(path, random.pick(FILES));
      case 16 -> new FileCall.Move(path, random.pick(FILES));
      case 17 -> new FileCall.PutIfAbsent(path, ++lastToken);
      case 18 ->
          random.chance(0.3)
              ? new FileCall.Truncate(random.pick(LOGS))
              : new FileCall.Overwrite(random.pick(LOGS), ++lastToken);
      case 19 -> new FileCall.Link(path, random.pick(FILES));
      default -> drawSparseCall(random);
    };
  }

  private FileCall drawSparseCall(SimRandom random) {
    int slot = random.below(SparseContent.SLOTS);
    return switch (random.below(6)) {
      case 0, 1 -> new FileCall.WriteSlot(SPARSE, slot, ++lastToken);
      case 2 -> new FileCall.PunchSlot(SPARSE, slot);
      case 3 -> new FileCall.CutAtSlot(SPARSE, slot);
      default -> new FileCall.ReadSlots(SPARSE);
    };
  }
}
