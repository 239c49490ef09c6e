package io.quorate.store.file;

import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Extent;
import java.util.List;

/**
 * A whole-file put, without the content.
 *
 * @param permissions of a file that is new
 * @param mtimeNanos or {@link AttributeChange#NOW}
 */
public record PutRequest(
    At at, int permissions, Caller caller, long mtimeNanos, Command.PutCondition condition) {

  Command.Put command(List<Extent> extents, long sizeBytes) {
    return new Command.Put(at, permissions, caller, extents, sizeBytes, mtimeNanos, condition);
  }

  PutRequest with(Command.PutCondition other) {
    return new PutRequest(at, permissions, caller, mtimeNanos, other);
  }

  String file() {
    return FileTree.name(at);
  }
}
