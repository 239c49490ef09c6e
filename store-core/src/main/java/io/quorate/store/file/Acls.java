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

  /** Whether what this process has not published may change the value of that attribute. */
  boolean maySeeOther(Bytes name) {
    return name.equals(PosixAcl.ACCESS) && files.anyUnpublished();
  }

  /** The value of an attribute, a list with the mode that is not published yet. */
  Bytes seenHere(At at, Bytes name, Bytes value) throws IOException {
    if (!maySeeOther(name)) {
      return value;
    }
    Attributes now = published.of(at);
    OpenFile open = files.find(now.inode());
    return open == null || !changesMode(open, now)
        ? value
        : PosixAcl.withPermissions(value, open.over(now).permissions());
  }

  private static boolean changesMode(OpenFile open, Attributes now) {
    return open.over(now).permissions() != now.permissions();
  }

  void beforeSet(At at, Bytes name) throws IOException {
    if (PosixAcl.isName(name)) {
      features.require(FeatureLevels.POSIX_ACLS);
      publishMode(at, name);
    }
  }

  private void publishMode(At at, Bytes name) throws IOException {
    if (name.equals(PosixAcl.ACCESS) && files.anyUnpublished()) {
      Attributes now = published.of(at);
      OpenFile open = files.find(now.inode());
      if (open != null && changesMode(open, now)) {
        new Publication(open).publish(null, requests.deadline());
      }
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
