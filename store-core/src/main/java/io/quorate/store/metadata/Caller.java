package io.quorate.store.metadata;

/** Owner that a new inode gets: user and group id. */
public record Caller(int uid, int gid) {
  public static final Caller ROOT = new Caller(0, 0);
}
