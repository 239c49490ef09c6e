package io.quorate.store.journal;

/**
 * What "durable" means to {@link Journal#whenDurable}. Term and vote are fdatasynced either way.
 */
public enum Durability {
  /** On stable storage: an fdatasync covers it. Survives power loss. */
  FSYNC,
  /**
   * In the page cache: survives the end of the process, not that of the operating system. After a
   * boot that followed no clean close the journal is suspect.
   */
  MEMORY
}
