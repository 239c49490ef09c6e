package io.quorate.store.file;

import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.FeatureLevels;
import io.quorate.store.metadata.PosixAcl;
import java.io.IOException;

/**
 * ACLs and the mode change each other where both are published: so a mode that this process has not
 * published goes first, and one that a list has set is told to who has the file open. Does nothing
 * for other attributes. Thread-safe.
 */
final class Acls {
  private final InodeTable files;
  private final Requests requests;
  private final RaisedFeatures features;
  private final Stat published;

  /** Asks for attributes without what is unpublished. */
  interface Stat {
    Attributes of(At at) throws IOException;
  }

  Acls(InodeTable files, Requests requests, RaisedFeatures features, Stat published) {
    this.files = files;
    this.requests = requests;
    this.features = features;
    this.published = published;
  }

  void beforeGet(At at, Bytes name) throws IOException {
    if (name.equals(PosixAcl.ACCESS) && files.anyUnpublished()) {
      long inode = at.path().isEmpty() ? at.base() : published.of(at).inode();
      OpenFile open = files.find(inode);
      if (open != null) {
        new Publication(open).publish(null, requests.deadline());
      }
    }
  }

  void beforeSet(At at, Bytes name) throws IOException {
    if (PosixAcl.isName(name)) {
      features.require(FeatureLevels.POSIX_ACLS);
      beforeGet(at, name);
    }
  }

  void afterSet(At at, Bytes name) throws IOException {
    if (name.equals(PosixAcl.ACCESS) && !files.all().isEmpty()) {
      Attributes now = published.of(at);
      OpenFile open = files.find(now.inode());
      if (open != null) {
        open.heard(now);
      }
    }
  }
}
