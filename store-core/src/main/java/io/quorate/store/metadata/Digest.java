package io.quorate.store.metadata;

import java.util.HexFormat;

/**
 * Digest of the whole replicated state at one index; equal states have equal digests, and states
 * that differ have different ones but for a chance of 2⁻¹²⁸.
 *
 * <p>It is the sum, in two 64-bit lanes, of a 128-bit hash of each row (table, key, value). A sum
 * does not depend on the order of its parts and can be kept up to date: a changed row costs one
 * subtraction and one addition. XOR would do that too, but two equal errors would cancel. The hash
 * guards against faults, not against an attacker who may choose rows.
 */
public record Digest(long high, long low) {
  /** Of a state without rows. */
  public static final Digest ZERO = new Digest(0, 0);

  /** 32 hex digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
