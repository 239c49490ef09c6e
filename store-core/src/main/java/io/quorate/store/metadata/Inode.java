package io.quorate.store.metadata;

/**
 * A row of {@link MetadataTable#INODES}, changed in place and then saved. Elements as {@link
 * Encoder} has them:
 *
 * <pre>
 * type:byte  permissions links:count  uid gid:number  device:number  size:count
 * content mappedEnd extentBytes:count  reservedFrom reservedTo:count
 * version contentVersion:count  atime mtime ctime birth:number
 * parent:count  name:bytes  trims xattrs xattrNameBytes:count  target:bytes
 * </pre>
 */
final class Inode {
  private static final FileType[] TYPES = FileType.values();

  final long id;
  final FileType type;
  int permissions;

  /** Names that it has; for a directory 2 and one more for each directory in it. 0: an orphan. */
  int links;

  int uid;
  int gid;
  long device;

  /** Bytes of a file or of a symlink's target; entries of a directory. */
  long size;

  /** Id under which the extents are; 0 where there is no content. */
  long content;

  /** No row of EXTENTS reaches beyond: what lies above needs no look-up. */
  long mappedEnd;

  /** Bytes that extents cover, those cut off but not yet purged included. */
  long extentBytes;

  /** One range that fallocate reserved; empty if both are 0. */
  long reservedFrom;

  long reservedTo;
  long version;
  long contentVersion;
  long atime;
  long mtime;
  long ctime;
  long birth;

  /** Directory of the name that it was given last, 0 if that name is gone. */
  long parent;

  /** The name that it was given last; empty if that is gone, and for the root. */
  Bytes name = Bytes.EMPTY;

  /** How many trims of the content are not purged yet. */
  int trims;

  /** How many extended attributes there are, and how many bytes their names take. */
  int xattrs;

  int xattrNameBytes;
  Bytes target = Bytes.EMPTY;

  Inode(long id, FileType type) {
    this.id = id;
    this.type = type;
  }

  boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }

  byte[] encode() {
    Encoder out = new Encoder(160 + name.length() + target.length());
    out.putByte(type.ordinal()).putCount(permissions).putCount(links).putNumber(uid).putNumber(gid);
    out.putNumber(device).putCount(size).putCount(content).putCount(mappedEnd);
    out.putCount(extentBytes).putCount(reservedFrom).putCount(reservedTo);
    out.putCount(version).putCount(contentVersion);
    out.putNumber(atime).putNumber(mtime).putNumber(ctime).putNumber(birth);
    out.putCount(parent).putBytes(name).putCount(trims).putCount(xattrs).putCount(xattrNameBytes);
    out.putBytes(target);
    return out.toArray();
  }

  static Inode decode(long id, byte[] row) {
    Decoder in = new Decoder(row);
    try {
      Inode inode = new Inode(id, in.readEnum(TYPES, "type"));
      inode.permissions = (int) in.readCount("permissions");
      inode.links = (int) in.readCount("links");
      inode.uid = in.readSmall("uid");
      inode.gid = in.readSmall("gid");
      inode.device = in.readNumber("device");
      inode.size = in.readCount("size");
      inode.content = in.readCount("content");
      inode.mappedEnd = in.readCount("mapped end");
      inode.extentBytes = in.readCount("extent bytes");
      inode.reservedFrom = in.readCount("reserved from");
      inode.reservedTo = in.readCount("reserved to");
      inode.version = in.readCount("version");
      inode.contentVersion = in.readCount("content version");
      inode.atime = in.readNumber("atime");
      inode.mtime = in.readNumber("mtime");
      inode.ctime = in.readNumber("ctime");
      inode.birth = in.readNumber("birth");
      inode.parent = in.readCount("parent");
      inode.name = in.readBytes("name", Shapes.MAX_TEXT_BYTES);
      inode.trims = (int) in.readCount("trims");
      inode.xattrs = (int) in.readCount("xattrs");
      inode.xattrNameBytes = (int) in.readCount("xattr name bytes");
      inode.target = in.readBytes("target", Shapes.MAX_TEXT_BYTES);
      return inode;
    } catch (MalformedCommandException e) {
      throw new IllegalStateException("row of inode " + id + " is damaged", e);
    }
  }

  Attributes attributes() {
    return new Attributes(
        id,
        content,
        version,
        contentVersion,
        type,
        permissions,
        links,
        uid,
        gid,
        device,
        size,
        Math.max(extentBytes, reservedTo - reservedFrom),
        atime,
        mtime,
        ctime,
        birth);
  }
}
