package io.quorate.store.net.transport;

/**
 * The cluster that a process belongs to.
 *
 * @param id made by `init`, never changes
 * @param name for people
 */
public record ClusterIdentity(String id, String name, ClusterKey key) {

  /** How messages name the cluster. */
  public String describe() {
    return name.isEmpty() ? id : name + " (" + id + ")";
  }
}
