package io.quorate.store.gateway;

import io.quorate.store.metadata.ErrorCode;

/** Answer to {@link Gateway#read}. */
public sealed interface ReadReply {
  record Failed(ErrorCode code, String detail) implements ReadReply {}

  record Data(Content content) implements ReadReply {}
}
