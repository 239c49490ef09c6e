package io.quorate.store.sim;

import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A file tree as one person would keep it on paper: what {@link FileCall}s do and answer, one at a
 * time. It shares nothing with the code under test.
 *
 * <p>Answers are "ok", "ok" with what was found, or the name of the error code. A file's content is
 * the list of tokens put and appended.
 */
public final class TreeModel implements Linearizability.Model<TreeModel.Tree, FileCall> {
  private static final String NOT_FOUND = "NOT_FOUND";
  private static final String NOT_DIRECTORY = "NOT_DIRECTORY";
  private static final String IS_DIRECTORY = "IS_DIRECTORY";
  private static final String EXISTS = "EXISTS";

  /**
   * The tree.
   *
   * @param names path → inode, "/" included; an inode is named by the operation that made it
   * @param files inode → content, for files only
   */
  public record Tree(SortedMap<String, Integer> names, SortedMap<Integer, String> files) {
    Tree copy() {
      return new Tree(new TreeMap<>(names), new TreeMap<>(files));
    }

    /**
     * The same with other content of a file; no state is changed once made, so names are shared.
     */
    Tree withContent(int inode, String content) {
      SortedMap<Integer, String> changed = new TreeMap<>(files);
      changed.put(inode, content);
      return new Tree(names, changed);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Tree tree && same(names, tree.names) && same(files, tree.files);
    }

    /** Walks both at once; the maps' own equals looks up each key. */
    private static <K, V> boolean same(SortedMap<K, V> one, SortedMap<K, V> other) {
      if (one == other || one.size() != other.size()) {
        return one == other;
      }
      Iterator<Map.Entry<K, V>> rest = other.entrySet().iterator();
      for (Map.Entry<K, V> entry : one.entrySet()) {
        if (!entry.equals(rest.next())) {
          return false;
        }
      }
      return true;
    }

    @Override
    public int hashCode() {
      return 31 * names.hashCode() + files.hashCode();
    }

    boolean isDirectory(String path) {
      Integer inode = names.get(path);
      return inode != null && !files.containsKey(inode);
    }

    @Nullable String contentAt(String path) {
      Integer inode = names.get(path);
      return inode == null ? null : files.get(inode);
    }

    boolean hasChildren(String directory) {
      String prefix = directory.equals("/") ? "/" : directory + "/";
      return names.keySet().stream().anyMatch(p -> p.startsWith(prefix) && !p.equals("/"));
    }

    /** Removes a name, and the content with its last name. */
    void remove(String path) {
      Integer inode = names.remove(path);
      if (inode != null && !names.containsValue(inode)) {
        files.remove(inode);
      }
    }
  }

  @Override
  public Tree initial() {
    return new Tree(new TreeMap<>(Map.of("/", -1)), new TreeMap<>());
  }

  @Override
  public Linearizability.Step<Tree> apply(Tree tree, int id, FileCall call) {
    return switch (call) {
      case FileCall.Read read -> same(tree, read(tree, read.path()));
      case FileCall.List list -> same(tree, list(tree, list.path()));
      case FileCall.Put put -> put(tree, id, put);
      case FileCall.Append append -> append(tree, append);
      case FileCall.Create create -> make(tree, id, create.path(), "");
      case FileCall.MakeDirectory make -> make(tree, id, make.path(), null);
      case FileCall.Link link -> link(tree, link);
      case FileCall.Unlink unlink -> unlink(tree, unlink.path());
      case FileCall.RemoveDirectory remove -> removeDirectory(tree, remove.path());
      case FileCall.Rename rename -> rename(tree, rename.from(), rename.to());
      case FileCall.Exchange exchange -> exchange(tree, exchange.from(), exchange.to());
      case FileCall.Move move -> move(tree, move.from(), move.to());
      case FileCall.PutIfAbsent put -> putIfAbsent(tree, id, put);
      case FileCall.PutIfSame put -> putIfSame(tree, id, put);
      case FileCall.Overwrite write -> setContent(tree, write.path(), write.token() + ";");
      case FileCall.Truncate cut -> setContent(tree, cut.path(), "");
      case FileCall.ReadSlots read -> same(tree, read(tree, read.path()));
      case FileCall.WriteSlot write ->
          slots(
              tree, write.path(), words -> SparseContent.with(words, write.slot(), write.token()));
      case FileCall.PunchSlot punch ->
          slots(
              tree,
              punch.path(),
              words -> SparseContent.without(words, punch.slot(), punch.slot() + 1));
      case FileCall.CutAtSlot cut ->
          slots(
              tree,
              cut.path(),
              words -> SparseContent.without(words, cut.slot(), SparseContent.SLOTS));
    };
  }

  private static Linearizability.Step<Tree> same(Tree tree, String outcome) {
    return new Linearizability.Step<>(tree, outcome);
  }

  private static Linearizability.Step<Tree> ok(Tree tree) {
    return new Linearizability.Step<>(tree, "ok");
  }

  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  /** Why {@code path} can not be reached, or null: each directory on the way must be one. */
  private static @Nullable String wayTo(Tree tree, String path) {
    for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String directory = path.substring(0, slash);
      if (!tree.names.containsKey(directory)) {
        return NOT_FOUND;
      }
      if (!tree.isDirectory(directory)) {
        return NOT_DIRECTORY;
      }
    }
    return null;
  }

  private static String read(Tree tree, String path) {
    String lost = wayTo(tree, path);
    if (lost != null) {
      return lost;
    }
    if (!tree.names.containsKey(path)) {
      return NOT_FOUND;
    }
    String content = tree.contentAt(path);
    return content == null ? IS_DIRECTORY : "ok " + content;
  }

  private static String list(Tree tree, String path) {
    String lost = wayTo(tree, path);
    if (lost != null) {
      return lost;
    }
    if (!tree.names.containsKey(path)) {
      return NOT_FOUND;
    }
    if (!tree.isDirectory(path)) {
      return NOT_DIRECTORY;
    }
    StringBuilder names = new StringBuilder("ok");
    for (String name : tree.names.keySet()) {
      if (!name.equals("/") && parent(name).equals(path)) {
        names.append(' ').append(name.substring(name.lastIndexOf('/') + 1));
      }
    }
    return names.toString();
  }

  private static Linearizability.Step<Tree> put(Tree tree, int id, FileCall.Put put) {
    String lost = wayTo(tree, put.path());
    if (lost != null) {
      return same(tree, lost);
    }
    if (tree.isDirectory(put.path())) {
      return same(tree, IS_DIRECTORY);
    }
    Integer known = tree.names.get(put.path());
    if (known != null) {
      return ok(tree.withContent(known, put.token() + ";"));
    }
    Tree after = tree.copy();
    after.names.put(put.path(), id);
    after.files.put(id, put.token() + ";");
    return ok(after);
  }

  private static Linearizability.Step<Tree> append(Tree tree, FileCall.Append append) {
    String content = tree.contentAt(append.path());
    if (content == null) {
      return same(tree, NOT_FOUND);
    }
    int inode = java.util.Objects.requireNonNull(tree.names.get(append.path()));
    return ok(tree.withContent(inode, content + append.token() + ";"));
  }

  private static Linearizability.Step<Tree> putIfAbsent(
      Tree tree, int id, FileCall.PutIfAbsent put) {
    if (wayTo(tree, put.path()) == null && tree.names.containsKey(put.path())) {
      return same(tree, EXISTS);
    }
    return put(tree, id, new FileCall.Put(put.path(), put.token()));
  }

  private static Linearizability.Step<Tree> putIfSame(Tree tree, int id, FileCall.PutIfSame put) {
    String lost = wayTo(tree, put.path());
    if (lost != null) {
      return same(tree, lost);
    }
    if (tree.isDirectory(put.path())) {
      return same(tree, IS_DIRECTORY);
    }
    if (!read(tree, put.path()).equals(put.expected())) {
      return same(tree, "CONDITION_FAILED");
    }
    return put(tree, id, new FileCall.Put(put.path(), put.token()));
  }

  private static Linearizability.Step<Tree> setContent(Tree tree, String path, String content) {
    String found = read(tree, path);
    if (!found.startsWith("ok")) {
      return same(tree, found);
    }
    int inode = java.util.Objects.requireNonNull(tree.names.get(path));
    return ok(tree.withContent(inode, content));
  }

  private static Linearizability.Step<Tree> slots(
      Tree tree, String path, UnaryOperator<String> change) {
    String content = tree.contentAt(path);
    return content == null ? same(tree, NOT_FOUND) : setContent(tree, path, change.apply(content));
  }

  private static Linearizability.Step<Tree> make(
      Tree tree, int id, String path, @Nullable String content) {
    String lost = wayTo(tree, path);
    if (lost != null) {
      return same(tree, lost);
    }
    if (tree.names.containsKey(path)) {
      return same(tree, EXISTS);
    }
    Tree after = tree.copy();
    after.names.put(path, id);
    if (content != null) {
      after.files.put(id, content);
    }
    return ok(after);
  }

  private static Linearizability.Step<Tree> link(Tree tree, FileCall.Link link) {
    String lost = wayTo(tree, link.from());
    if (lost != null) {
      return same(tree, lost);
    }
    Integer inode = tree.names.get(link.from());
    if (inode == null) {
      return same(tree, NOT_FOUND);
    }
    // Where several errors apply POSIX lets the implementation choose; this is what ours chooses.
    if (tree.isDirectory(link.from())) {
      return same(tree, "NOT_PERMITTED");
    }
    lost = wayTo(tree, link.to());
    if (lost != null) {
      return same(tree, lost);
    }
    if (tree.names.containsKey(link.to())) {
      return same(tree, EXISTS);
    }
    Tree after = tree.copy();
    after.names.put(link.to(), inode);
    return ok(after);
  }

  private static Linearizability.Step<Tree> unlink(Tree tree, String path) {
    String lost = wayTo(tree, path);
    if (lost != null) {
      return same(tree, lost);
    }
    if (!tree.names.containsKey(path)) {
      return same(tree, NOT_FOUND);
    }
    if (tree.isDirectory(path)) {
      return same(tree, IS_DIRECTORY);
    }
    Tree after = tree.copy();
    after.remove(path);
    return ok(after);
  }

  private static Linearizability.Step<Tree> removeDirectory(Tree tree, String path) {
    String lost = wayTo(tree, path);
    if (lost != null) {
      return same(tree, lost);
    }
    if (!tree.names.containsKey(path)) {
      return same(tree, NOT_FOUND);
    }
    if (!tree.isDirectory(path)) {
      return same(tree, NOT_DIRECTORY);
    }
    if (tree.hasChildren(path)) {
      return same(tree, "NOT_EMPTY");
    }
    Tree after = tree.copy();
    after.names.remove(path);
    return ok(after);
  }

  private static Linearizability.Step<Tree> move(Tree tree, String from, String to) {
    String lost = lostOnTheWay(tree, from, to);
    if (lost != null) {
      return same(tree, lost);
    }
    return tree.names.containsKey(to) ? same(tree, EXISTS) : rename(tree, from, to);
  }

  private static Linearizability.Step<Tree> exchange(Tree tree, String from, String to) {
    String lost = lostOnTheWay(tree, from, to);
    if (lost == null && !tree.names.containsKey(to)) {
      lost = NOT_FOUND;
    }
    if (lost != null) {
      return same(tree, lost);
    }
    if (from.equals(to)) {
      return ok(tree);
    }
    if (to.startsWith(from + "/") || from.startsWith(to + "/")) {
      return same(tree, "INVALID");
    }
    Tree after = new Tree(new TreeMap<>(), new TreeMap<>(tree.files));
    tree.names.forEach(
        (path, inode) -> {
          String moved = path;
          if (path.equals(from) || path.startsWith(from + "/")) {
            moved = to + path.substring(from.length());
          } else if (path.equals(to) || path.startsWith(to + "/")) {
            moved = from + path.substring(to.length());
          }
          after.names.put(moved, inode);
        });
    return ok(after);
  }

  private static @Nullable String lostOnTheWay(Tree tree, String from, String to) {
    String lost = wayTo(tree, from);
    if (lost == null) {
      lost = wayTo(tree, to);
    }
    return lost == null && !tree.names.containsKey(from) ? NOT_FOUND : lost;
  }

  private static Linearizability.Step<Tree> rename(Tree tree, String from, String to) {
    String lost = lostOnTheWay(tree, from, to);
    if (lost != null) {
      return same(tree, lost);
    }
    Integer moved = java.util.Objects.requireNonNull(tree.names.get(from));
    Integer replaced = tree.names.get(to);
    if (moved.equals(replaced)) {
      return ok(tree);
    }
    boolean movesDirectory = tree.isDirectory(from);
    if (movesDirectory && to.startsWith(from + "/")) {
      return same(tree, "INVALID");
    }
    if (replaced != null) {
      if (movesDirectory && !tree.isDirectory(to)) {
        return same(tree, NOT_DIRECTORY);
      }
      if (!movesDirectory && tree.isDirectory(to)) {
        return same(tree, IS_DIRECTORY);
      }
      if (movesDirectory && tree.hasChildren(to)) {
        return same(tree, "NOT_EMPTY");
      }
    }
    Tree after = tree.copy();
    after.remove(to);
    for (String path : tree.names.keySet()) {
      if (path.equals(from) || path.startsWith(from + "/")) {
        Integer inode = java.util.Objects.requireNonNull(after.names.remove(path));
        after.names.put(to + path.substring(from.length()), inode);
      }
    }
    return ok(after);
  }
}
