package io.quorate.store.file;

import io.quorate.store.gateway.Gateway;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Query;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Finds files, and tells what they are, unpublished changes of this process included. */
final class Lookups {
  private final Gateway gateway;
  private final Requests requests;
  private final InodeTable files;

  Lookups(Gateway gateway, Requests requests, InodeTable files) {
    this.gateway = gateway;
    this.requests = requests;
    this.files = files;
  }

  /** See {@link FileTree#stat}. */
  Attributes stat(At at) throws IOException {
    // Looked up before: what is published while the question is under way may be in neither then.
    Set<Long> unpublished = files.unpublished().all();
    Attributes attributes = published(at);
    if (!unpublished.contains(attributes.inode())) {
      return attributes;
    }
    OpenFile open = files.find(attributes.inode());
    return open == null ? published(at) : open.attributes();
  }

  /** What the cluster has. */
  Attributes published(At at) throws IOException {
    return Requests.join(publishedAsync(at));
  }

  /** See {@link FileTree#statAsync}. */
  CompletableFuture<Optional<Attributes>> statAsync(At at) {
    Set<Long> unpublished = files.unpublished().all();
    return publishedAsync(at)
        .thenApply(
            attributes ->
                unpublished.contains(attributes.inode())
                    ? Optional.empty()
                    : Optional.of(attributes));
  }

  /** See {@link FileTree#getXattrAsync}. */
  CompletableFuture<Bytes> xattrAsync(At at, Bytes name) {
    String file = FileTree.name(at);
    return requests
        .read(file, requests.deadline(), () -> gateway.ask(new Query.GetXattr(at, name)))
        .thenCompose(
            answer ->
                answer instanceof Answer.Xattr xattr
                    ? CompletableFuture.completedFuture(xattr.value())
                    : CompletableFuture.failedFuture(FileTree.refused(answer, file)));
  }

  /** What the cluster has; see {@link FileTree#statAsync}. */
  CompletableFuture<Attributes> publishedAsync(At at) {
    String file = FileTree.name(at);
    return requests
        .read(file, requests.deadline(), () -> gateway.ask(new Query.Stat(at)))
        .thenCompose(
            answer ->
                answer instanceof Answer.Stat stat
                    ? CompletableFuture.completedFuture(stat.attributes())
                    : CompletableFuture.failedFuture(FileTree.refused(answer, file)));
  }
}
