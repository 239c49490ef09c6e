package io.quorate.store;

/**
 * A file's content at one moment.
 *
 * @param sizeBytes its length
 * @param version rises with every change of the content; for {@link PutCondition#ifVersion}
 */
public record FileVersion(long sizeBytes, long version) {}
