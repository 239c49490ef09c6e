package io.quorate.store.metadata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A naive tree with the same rules, written as simply as can be: objects that hold each other, file
 * contents as arrays of bytes. What it answers is an error or null.
 */
final class TreeReference {
  static final class Node {
    final FileType type;
    final TreeMap<String, Node> entries = new TreeMap<>();
    byte[] content = {};
    int links;

    Node(FileType type) {
      this.type = type;
    }

    boolean isDirectory() {
      return type == FileType.DIRECTORY;
    }
  }

  final Node root = new Node(FileType.DIRECTORY);

  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final ErrorCode code;

    Refusal(ErrorCode code) {
      super(code.name());
      this.code = code;
    }
  }

  interface Action {
    void run();
  }

  static ErrorCode codeOf(Action action) {
    try {
      action.run();
      return null;
    } catch (Refusal refusal) {
      return refusal.code;
    }
  }

  private Node directory(String path) {
    Node at = root;
    int slash = path.lastIndexOf('/');
    for (String name : slash < 0 ? new String[0] : path.substring(0, slash).split("/")) {
      if (!at.isDirectory()) {
        throw new Refusal(ErrorCode.NOT_DIRECTORY);
      }
      at = at.entries.get(name);
      if (at == null) {
        throw new Refusal(ErrorCode.NOT_FOUND);
      }
    }
    if (!at.isDirectory()) {
      throw new Refusal(ErrorCode.NOT_DIRECTORY);
    }
    return at;
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private Node find(String path) {
    Node node = directory(path).entries.get(name(path));
    if (node == null) {
      throw new Refusal(ErrorCode.NOT_FOUND);
    }
    return node;
  }

  private static void refuseIf(boolean condition, ErrorCode code) {
    if (condition) {
      throw new Refusal(code);
    }
  }

  void make(String path, FileType type) {
    Node directory = directory(path);
    refuseIf(directory.entries.containsKey(name(path)), ErrorCode.EXISTS);
    Node node = new Node(type);
    node.links = 1;
    directory.entries.put(name(path), node);
  }

  void link(String from, String to) {
    Node node = find(from);
    refuseIf(node.isDirectory(), ErrorCode.NOT_PERMITTED);
    Node directory = directory(to);
    refuseIf(directory.entries.containsKey(name(to)), ErrorCode.EXISTS);
    directory.entries.put(name(to), node);
    node.links++;
  }

  void unlink(String path) {
    Node node = find(path);
    refuseIf(node.isDirectory(), ErrorCode.IS_DIRECTORY);
    directory(path).entries.remove(name(path));
    node.links--;
  }

  void rmdir(String path) {
    Node node = find(path);
    refuseIf(!node.isDirectory(), ErrorCode.NOT_DIRECTORY);
    refuseIf(!node.entries.isEmpty(), ErrorCode.NOT_EMPTY);
    directory(path).entries.remove(name(path));
  }

  private static boolean holds(Node above, Node below) {
    return above == below || above.entries.values().stream().anyMatch(entry -> holds(entry, below));
  }

  void rename(String from, String to, Command.RenameMode mode) {
    Node source = directory(from);
    Node target = directory(to);
    Node moved = source.entries.get(name(from));
    Node other = target.entries.get(name(to));
    refuseIf(moved == null, ErrorCode.NOT_FOUND);
    refuseIf(other == null && mode == Command.RenameMode.EXCHANGE, ErrorCode.NOT_FOUND);
    refuseIf(other != null && mode == Command.RenameMode.NO_REPLACE, ErrorCode.EXISTS);
    if (moved == other) {
      return;
    }
    refuseIf(source != target && moved.isDirectory() && holds(moved, target), ErrorCode.INVALID);
    if (mode == Command.RenameMode.EXCHANGE) {
      refuseIf(source != target && other.isDirectory() && holds(other, source), ErrorCode.INVALID);
      source.entries.put(name(from), other);
      target.entries.put(name(to), moved);
      return;
    }
    if (other != null) {
      refuseIf(moved.isDirectory() && !other.isDirectory(), ErrorCode.NOT_DIRECTORY);
      refuseIf(!moved.isDirectory() && other.isDirectory(), ErrorCode.IS_DIRECTORY);
      refuseIf(!other.entries.isEmpty(), ErrorCode.NOT_EMPTY);
      other.links--;
    }
    source.entries.remove(name(from));
    target.entries.put(name(to), moved);
  }

  byte[] read(String path) {
    return find(path).content;
  }

  private Node file(String path) {
    Node node = find(path);
    refuseIf(node.isDirectory(), ErrorCode.IS_DIRECTORY);
    return node;
  }

  void put(String path, byte[] content) {
    Node node = directory(path).entries.get(name(path));
    if (node == null) {
      make(path, FileType.REGULAR);
    }
    file(path).content = content;
  }

  void truncate(String path, int size) {
    Node node = file(path);
    node.content = Arrays.copyOf(node.content, size);
  }

  void write(String path, int offset, byte[] bytes) {
    Node node = file(path);
    node.content =
        Arrays.copyOf(node.content, Math.max(node.content.length, offset + bytes.length));
    System.arraycopy(bytes, 0, node.content, offset, bytes.length);
  }

  void punch(String path, int offset, int length) {
    Node node = file(path);
    int end = Math.min(node.content.length, offset + length);
    for (int i = offset; i < end; i++) {
      node.content[i] = 0;
    }
  }

  void copy(String from, int fromOffset, String to, int toOffset, int length) {
    Node source = file(from);
    Node target = file(to);
    refuseIf(source == target && length > Math.abs(fromOffset - toOffset), ErrorCode.INVALID);
    int end = Math.min(source.content.length, fromOffset + length);
    if (end > fromOffset) {
      write(to, toOffset, Arrays.copyOfRange(source.content, fromOffset, end));
    }
  }

  /** Every path with its type, links and content, in order. */
  List<String> dump() {
    List<String> lines = new ArrayList<>();
    dump("", root, lines);
    return lines;
  }

  private static void dump(String path, Node node, List<String> lines) {
    for (Map.Entry<String, Node> entry : node.entries.entrySet()) {
      Node child = entry.getValue();
      String childPath = path + "/" + entry.getKey();
      long links =
          child.isDirectory()
              ? 2 + child.entries.values().stream().filter(Node::isDirectory).count()
              : child.links;
      lines.add(childPath + " " + child.type + " " + links + " " + Arrays.toString(child.content));
      dump(childPath, child, lines);
    }
  }
}
