package io.quorate.store.fuse.twin;

import io.quorate.store.sim.FileCall;

/** The calls of a {@link TwinClient} in words, as it prints them and others read them. */
final class CallWords {
  private CallWords() {}

  static String of(FileCall call) {
    return switch (call) {
      case FileCall.Put it -> "put " + it.path() + " " + it.token();
      case FileCall.PutIfAbsent it -> "put-if-absent " + it.path() + " " + it.token();
      case FileCall.PutIfSame it ->
          "put-if-same " + it.path() + " " + it.token() + " " + it.version() + " " + it.expected();
      case FileCall.Append it -> "append " + it.path() + " " + it.token();
      case FileCall.Create it -> "create " + it.path();
      case FileCall.Read it -> "read " + it.path();
      case FileCall.List it -> "list " + it.path();
      case FileCall.Unlink it -> "unlink " + it.path();
      case FileCall.Rename it -> "rename " + it.from() + " " + it.to();
      default -> throw new IllegalArgumentException("not a call of these clients: " + call);
    };
  }

  static FileCall parse(String text) {
    String[] words = text.split(" ", 5);
    return switch (words[0]) {
      case "put" -> new FileCall.Put(words[1], Integer.parseInt(words[2]));
      case "put-if-absent" -> new FileCall.PutIfAbsent(words[1], Integer.parseInt(words[2]));
      case "put-if-same" ->
          new FileCall.PutIfSame(
              words[1], Integer.parseInt(words[2]), words[4], Long.parseLong(words[3]));
      case "append" -> new FileCall.Append(words[1], Integer.parseInt(words[2]));
      case "create" -> new FileCall.Create(words[1]);
      case "read" -> new FileCall.Read(words[1]);
      case "list" -> new FileCall.List(words[1]);
      case "unlink" -> new FileCall.Unlink(words[1]);
      case "rename" -> new FileCall.Rename(words[1], words[2]);
      default -> throw new IllegalArgumentException(text);
    };
  }
}
