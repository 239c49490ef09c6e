package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.site.Catalog.Stored;
import java.io.IOException;

/** The requests of one visitor to a site. Each throws unless its answer is there and is right. */
interface Visit {
  /** Thrown when there is a good answer, by its status, and its content is not what it must be. */
  final class WrongAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    WrongAnswerException(String message) {
      super(message);
    }
  }

  void login() throws IOException, InterruptedException;

  void newest() throws IOException, InterruptedException;

  void detail(Stored stored) throws IOException, InterruptedException;

  Stored upload(FileContent content) throws IOException, InterruptedException;

  /**
   * Downloads a file and compares it.
   *
   * @param way chooses one of the ways that there are to it
   */
  void download(Stored stored, int way) throws IOException, InterruptedException;

  /**
   * Deletes a file.
   *
   * @param again whether it may have been done already
   */
  void delete(Stored stored, boolean again) throws IOException, InterruptedException;
}
