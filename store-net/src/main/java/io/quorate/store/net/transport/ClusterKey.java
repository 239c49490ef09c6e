package io.quorate.store.net.transport;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The secret that peers and clients of one cluster share. It never leaves the process. */
public final class ClusterKey {
  /** Length of a key in bytes. */
  public static final int BYTES = 32;

  private final SecretKeySpec secret;

  private ClusterKey(byte[] bytes) {
    secret = new SecretKeySpec(bytes, "HmacSHA256");
  }

  /** Takes a key of {@link #BYTES} bytes. */
  public static ClusterKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "a cluster key has " + BYTES + " bytes, not " + bytes.length);
    }
    return new ClusterKey(bytes.clone());
  }

  /**
   * Reads a key as `init` writes it: 64 hexadecimal digits.
   *
   * @throws IllegalArgumentException if it is not; the message does not repeat the text
   */
  public static ClusterKey parse(String text) {
    String digits = text.strip();
    if (digits.length() != 2 * BYTES || !digits.chars().allMatch(HexFormat::isHexDigit)) {
      throw new IllegalArgumentException(
          "it does not hold a cluster key, which is one line of " + 2 * BYTES + " hex digits");
    }
    return new ClusterKey(HexFormat.of().parseHex(digits));
  }

  /** HMAC-SHA256 over {@code label}, a zero byte and {@code transcript}. */
  byte[] prove(String label, byte[] transcript) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(secret);
      mac.update(label.getBytes(StandardCharsets.US_ASCII));
      mac.update((byte) 0);
      return mac.doFinal(transcript);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return "cluster key (not shown)";
  }
}
