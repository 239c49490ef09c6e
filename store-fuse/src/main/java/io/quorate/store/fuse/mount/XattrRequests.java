package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileTree;
import io.quorate.store.file.RefusedException;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command.XattrMode;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.PosixAcl;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Extended attributes: user, trusted and security, and ACLs; the kernel says who may use which, and
 * whether an ACL is one.
 */
final class XattrRequests {
  private static final List<String> NAMESPACES = List.of("user.", "trusted.", "security.");
  private static final int XATTR_CREATE = 1;
  private static final int XATTR_REPLACE = 2;

  private final FileTree tree;

  private final boolean acl;

  XattrRequests(FileTree tree, boolean acl) {
    this.tree = tree;
    this.acl = acl;
  }

  private static At self(Header header) {
    return new At(header.node(), Bytes.EMPTY, false);
  }

  private void check(Bytes name) throws IOException {
    if (acl && PosixAcl.isName(name)) {
      return;
    }
    String text = new String(name.unsafeArray(), StandardCharsets.ISO_8859_1);
    if (NAMESPACES.contains(text)) {
      throw new Errno.ErrnoException(Errno.EINVAL);
    }
    if (NAMESPACES.stream().noneMatch(text::startsWith)) {
      throw new Errno.ErrnoException(Errno.EOPNOTSUPP);
    }
  }

  ByteBuffer set(Header header, Request.SetXattr request) throws IOException {
    check(request.name());
    XattrMode mode =
        switch (request.flags()) {
          case 0 -> request.killSetgid() ? XattrMode.ANY_WITHOUT_SETGID : XattrMode.ANY;
          case XATTR_CREATE -> XattrMode.CREATE;
          case XATTR_REPLACE -> XattrMode.REPLACE;
          case XATTR_CREATE | XATTR_REPLACE -> {
            tree.getXattr(self(header), request.name());
            yield XattrMode.CREATE;
          }
          default -> throw new Errno.ErrnoException(Errno.EINVAL);
        };
    tree.setXattr(self(header), request.name(), request.value(), mode);
    return Reply.empty();
  }

  private boolean has(At at, Bytes name) throws IOException {
    try {
      tree.getXattr(at, name);
      return true;
    } catch (RefusedException e) {
      if (e.code() == ErrorCode.NO_ATTRIBUTE) {
        return false;
      }
      throw e;
    }
  }

  ByteBuffer get(Header header, Request.GetXattr request) throws IOException {
    check(request.name());
    return sized(tree.getXattr(self(header), request.name()), request.sizeBytes());
  }

  CompletableFuture<Optional<ByteBuffer>> getAsync(Header header, Request.GetXattr request)
      throws IOException {
    check(request.name());
    return tree.getXattrAsync(self(header), request.name())
        .thenCompose(value -> sized(value, request.sizeBytes()));
  }

  private static CompletableFuture<Optional<ByteBuffer>> sized(
      Optional<Bytes> value, int sizeBytes) {
    try {
      return CompletableFuture.completedFuture(
          value.isEmpty() ? Optional.empty() : Optional.of(sized(value.get(), sizeBytes)));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** The names, each with a zero after it. */
  ByteBuffer list(Header header, Request.ListXattrs request) throws IOException {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    for (Bytes name : tree.listXattrs(self(header))) {
      if ((acl || !PosixAcl.isName(name)) && (header.uid() == 0 || !isTrusted(name))) {
        names.writeBytes(name.unsafeArray());
        names.write(0);
      }
    }
    return sized(Bytes.wrap(names.toByteArray()), request.sizeBytes());
  }

  /** Whether only root sees that there is one: the kernel lets nobody else read it. */
  private static boolean isTrusted(Bytes name) {
    return new String(name.unsafeArray(), StandardCharsets.ISO_8859_1).startsWith("trusted.");
  }

  private static ByteBuffer sized(Bytes value, int sizeBytes) throws IOException {
    if (sizeBytes == 0) {
      return Reply.size(value.length());
    }
    if (value.length() > sizeBytes) {
      throw new Errno.ErrnoException(Errno.ERANGE);
    }
    return Reply.bytes(value);
  }

  ByteBuffer remove(Header header, Request.RemoveXattr request) throws IOException {
    check(request.name());
    if (PosixAcl.isName(request.name()) && !has(self(header), request.name())) {
      return Reply.empty(); // The kernel asks for it without looking.
    }
    tree.removeXattr(self(header), request.name());
    return Reply.empty();
  }
}
