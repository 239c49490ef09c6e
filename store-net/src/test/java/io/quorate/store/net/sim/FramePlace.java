package io.quorate.store.net.sim;

/** Where in a stream of frames its last byte was: between two, or within one. */
final class FramePlace {
  private static final int PREAMBLE_BYTES = 8;
  private static final int LENGTH_BYTES = 4;

  private int left = PREAMBLE_BYTES;
  private boolean inLength;
  private int length;

  void took(byte[] bytes) {
    for (int i = 0; i < bytes.length; ) {
      if (left == 0) {
        inLength = true;
        left = LENGTH_BYTES;
        length = 0;
      }
      if (inLength) {
        length = length << 8 | bytes[i] & 255;
        i++;
        left--;
        if (left == 0) {
          inLength = false;
          left = length;
        }
      } else {
        int taken = Math.min(left, bytes.length - i);
        left -= taken;
        i += taken;
      }
    }
  }

  boolean isInFrame() {
    return left > 0 || inLength;
  }
}
