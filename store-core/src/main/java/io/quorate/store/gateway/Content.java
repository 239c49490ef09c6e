package io.quorate.store.gateway;

import io.quorate.store.metadata.Attributes;
import java.nio.ByteBuffer;

/**
 * Bytes read from a file.
 *
 * @param attributes of the file, in the same snapshot as the bytes
 * @param data from the asked offset on; shorter than asked only at the file's end
 */
public record Content(Attributes attributes, ByteBuffer data) {}
