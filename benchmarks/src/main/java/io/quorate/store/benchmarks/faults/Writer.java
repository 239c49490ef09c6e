package io.quorate.store.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;

/** A {@link FileLoop} that runs on a host, and what it tells. */
final class Writer implements AutoCloseable {
  private final Process process;
  private final WriteTimes times = new WriteTimes();

  private Writer(Process process) {
    this.process = process;
  }

  static Writer start(List<String> words) throws IOException {
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Writer writer = new Writer(process);
    Thread.ofPlatform().daemon().start(writer::listen);
    return writer;
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        times.take(line);
      }
    } catch (IOException e) {
      // It was killed, which is how it ends.
    } finally {
      times.end();
    }
  }

  WriteTimes times() {
    return times;
  }

  /** Returns when it has written all that it was to write. */
  void awaitEnd() throws IOException, InterruptedException {
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException("the writer has ended with status " + status);
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
