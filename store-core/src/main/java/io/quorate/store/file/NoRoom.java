package io.quorate.store.file;

import io.quorate.store.metadata.Result;
import java.io.IOException;

/**
 * A leader had no room for a command and did not take it. That says nothing about an attempt made
 * before through another peer: while there was one, only the state's own answer counts.
 */
final class NoRoom extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Result.Failed answer;

  NoRoom(Result.Failed answer) {
    super(answer.detail());
    this.answer = answer;
  }

  Result.Failed answer() {
    return answer;
  }
}
