package io.quorate.store.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map of byte arrays; a change answers a new map that shares all but the path
 * to the change. So a snapshot is a reference. The tree is an AVL tree (Adelson-Velsky and Landis
 * 1962): heights of siblings differ by one at most.
 */
final class PersistentMap {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  static final PersistentMap EMPTY = new PersistentMap(null);

  private final @Nullable Node root;

  private PersistentMap(@Nullable Node root) {
    this.root = root;
  }

  private static final class Node {
    final byte[] key;
    final byte[] value;
    final @Nullable Node left;
    final @Nullable Node right;
    final int height;
    final int size;

    Node(byte[] key, byte[] value, @Nullable Node left, @Nullable Node right) {
      this.key = key;
      this.value = value;
      this.left = left;
      this.right = right;
      this.height = 1 + Math.max(height(left), height(right));
      this.size = 1 + size(left) + size(right);
    }

    Node with(@Nullable Node newLeft, @Nullable Node newRight) {
      return newLeft == left && newRight == right ? this : balance(this, newLeft, newRight);
    }
  }

  /** As Arrays.compareUnsigned, which is slower for keys of a few words. */
  static int compare(byte[] a, byte[] b) {
    int length = Math.min(a.length, b.length);
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      int order = Long.compareUnsigned((long) LONG.get(a, at), (long) LONG.get(b, at));
      if (order != 0) {
        return order;
      }
    }
    for (; at < length; at++) {
      int order = Byte.compareUnsigned(a[at], b[at]);
      if (order != 0) {
        return order;
      }
    }
    return a.length - b.length;
  }

  private static int height(@Nullable Node node) {
    return node == null ? 0 : node.height;
  }

  private static int size(@Nullable Node node) {
    return node == null ? 0 : node.size;
  }

  int size() {
    return size(root);
  }

  byte @Nullable [] get(byte[] key) {
    Node node = root;
    while (node != null) {
      int order = compare(key, node.key);
      if (order == 0) {
        return node.value;
      }
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }

  PersistentMap put(byte[] key, byte[] value) {
    return new PersistentMap(put(root, key, value));
  }

  private static Node put(@Nullable Node node, byte[] key, byte[] value) {
    if (node == null) {
      return new Node(key, value, null, null);
    }
    int order = compare(key, node.key);
    if (order == 0) {
      return new Node(key, value, node.left, node.right);
    }
    return order < 0
        ? node.with(put(node.left, key, value), node.right)
        : node.with(node.left, put(node.right, key, value));
  }

  PersistentMap remove(byte[] key) {
    Node left = remove(root, key);
    return left == root ? this : new PersistentMap(left);
  }

  private static @Nullable Node remove(@Nullable Node node, byte[] key) {
    if (node == null) {
      return null;
    }
    int order = compare(key, node.key);
    if (order != 0) {
      return order < 0
          ? node.with(remove(node.left, key), node.right)
          : node.with(node.left, remove(node.right, key));
    }
    if (node.left == null || node.right == null) {
      return node.left == null ? node.right : node.left;
    }
    Node successor = node.right;
    while (successor.left != null) {
      successor = successor.left;
    }
    return balance(successor, node.left, remove(node.right, successor.key));
  }

  /** A node with the row of {@code row} over two subtrees whose heights differ by two at most. */
  private static Node balance(Node row, @Nullable Node left, @Nullable Node right) {
    if (left != null && left.height > height(right) + 1) {
      Node middle = left.right;
      if (middle != null && middle.height > height(left.left)) {
        return new Node(
            middle.key,
            middle.value,
            new Node(left.key, left.value, left.left, middle.left),
            new Node(row.key, row.value, middle.right, right));
      }
      return new Node(left.key, left.value, left.left, new Node(row.key, row.value, middle, right));
    }
    if (right != null && right.height > height(left) + 1) {
      Node middle = right.left;
      if (middle != null && middle.height > height(right.right)) {
        return new Node(
            middle.key,
            middle.value,
            new Node(row.key, row.value, left, middle.left),
            new Node(right.key, right.value, middle.right, right.right));
      }
      return new Node(
          right.key, right.value, new Node(row.key, row.value, left, middle), right.right);
    }
    return new Node(row.key, row.value, left, right);
  }

  /** The row with the greatest key not above {@code highest}, or null. */
  TableReader.@Nullable Row floor(byte[] highest) {
    Node best = null;
    Node node = root;
    while (node != null) {
      if (compare(node.key, highest) <= 0) {
        best = node;
        node = node.right;
      } else {
        node = node.left;
      }
    }
    return best == null ? null : new TableReader.Row(best.key, best.value);
  }

  Cursor scan(byte[] from, byte @Nullable [] to) {
    return new Walk(root, from, to);
  }

  /** In-order walk; the stack holds the nodes whose right subtrees are still to come. */
  private static final class Walk implements Cursor {
    private final Deque<Node> stack = new ArrayDeque<>();
    private final byte @Nullable [] to;
    private @Nullable Node present;

    Walk(@Nullable Node root, byte[] from, byte @Nullable [] to) {
      this.to = to;
      Node node = root;
      while (node != null) {
        if (compare(node.key, from) >= 0) {
          stack.push(node);
          node = node.left;
        } else {
          node = node.right;
        }
      }
    }

    @Override
    public boolean next() {
      Node node = stack.poll();
      if (node == null || (to != null && compare(node.key, to) >= 0)) {
        stack.clear();
        present = null;
        return false;
      }
      present = node;
      for (Node below = node.right; below != null; below = below.left) {
        stack.push(below);
      }
      return true;
    }

    private Node present() {
      if (present == null) {
        throw new IllegalStateException("the cursor is not on a row");
      }
      return present;
    }

    @Override
    public byte[] key() {
      return present().key;
    }

    @Override
    public byte[] value() {
      return present().value;
    }

    @Override
    public void close() {
      stack.clear();
    }
  }
}
