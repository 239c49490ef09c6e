package io.quorate.store.fuse.cluster;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A client in a process with little memory: every upload is open before the first one ends. */
final class ManyUploads {
  static final int UPLOADS = 1_000;
  static final int FILE_BYTES = 200 << 10;
  private static final int PIECE_BYTES = 8 << 10;

  private ManyUploads() {}

  /** Takes the key file and an address; ends with status 0 if all were acknowledged. */
  public static void main(String[] words) throws Exception {
    StoreOptions options =
        StoreOptions.defaults()
            .withDeadline(Duration.ofMinutes(2))
            .withContentBytes(1 << 20, 4 << 20, 8 << 20);
    CountDownLatch halfWay = new CountDownLatch(UPLOADS);
    try (Store store = Store.connect(Path.of(words[0]), List.of(words[1]), options)) {
      Files.createDirectory(store.path("/many"));
      List<Future<?>> uploads = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < UPLOADS; i++) {
          Path file = store.path("/many/f" + i);
          uploads.add(
              threads.submit(
                  () -> {
                    upload(file, halfWay);
                    return null;
                  }));
        }
      }
      for (Future<?> upload : uploads) {
        upload.get();
      }
    }
  }

  private static void upload(Path file, CountDownLatch halfWay) throws Exception {
    byte[] piece = new byte[PIECE_BYTES];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int written = 0; written < FILE_BYTES; written += PIECE_BYTES) {
        if (written > FILE_BYTES / 2 && written <= FILE_BYTES / 2 + PIECE_BYTES) {
          halfWay.countDown();
          halfWay.await();
        }
        out.write(piece);
      }
    }
  }
}
