package io.quorate.store.metadata;

import io.quorate.store.table.Cursor;
import io.quorate.store.table.TableReader;
import java.util.ArrayList;
import java.util.List;

/** Answers queries from one snapshot. */
final class Queries {
  private static final int MAX_LISTED = 10_000;
  private static final int MAX_EXTENTS = 65_536;

  private final View view;
  private final Resolver resolver;

  Queries(TableReader snapshot) {
    this.view = new View(snapshot);
    this.resolver = new Resolver(view);
  }

  Answer answer(Query query) {
    try {
      return switch (query) {
        case Query.Stat q -> new Answer.Stat(resolver.resolve(q.at()).attributes());
        case Query.ReadSymlink q -> readSymlink(q);
        case Query.ListDirectory q -> list(q);
        case Query.GetXattr q -> getXattr(q);
        case Query.ListXattrs q -> listXattrs(q);
        case Query.MapContent q -> mapContent(q);
        case Query.TestLock q -> Locks.test(view, q);
        case Query.Totals _ -> {
          Globals globals = view.globals();
          yield new Answer.Totals(globals.inodes, globals.contentBytes);
        }
      };
    } catch (Refused refused) {
      return new Answer.Failed(refused.code(), refused.detail());
    }
  }

  private Answer readSymlink(Query.ReadSymlink query) {
    At at = query.at();
    Inode inode = resolver.resolve(new At(at.base(), at.path(), false));
    if (inode.type != FileType.SYMLINK) {
      throw new Refused(ErrorCode.INVALID, "'" + at.path() + "' is not a symlink");
    }
    return new Answer.Symlink(inode.target);
  }

  private static void checkLimit(int limit, int most) {
    if (limit < 1 || limit > most) {
      throw new Refused(ErrorCode.INVALID, "a limit is 1 to " + most + ", not " + limit);
    }
  }

  private Answer list(Query.ListDirectory query) {
    checkLimit(query.limit(), MAX_LISTED);
    Inode directory = resolver.resolve(query.at());
    if (!directory.isDirectory()) {
      throw new Refused(ErrorCode.NOT_DIRECTORY, "'" + query.at().path() + "' is not a directory");
    }
    byte[] prefix = Keys.of(directory.id);
    byte[] from = prefix;
    if (!query.after().isEmpty()) {
      byte[] after = Keys.of(directory.id, query.after());
      from = java.util.Arrays.copyOf(after, after.length + 1); // The next key is one NUL longer.
    }
    List<Answer.DirectoryEntry> entries = new ArrayList<>();
    boolean end = true;
    try (Cursor cursor =
        view.rows().scan(MetadataTable.DIRENTS, from, TableReader.prefixEnd(prefix))) {
      while (cursor.next()) {
        if (entries.size() == query.limit()) {
          end = false;
          break;
        }
        View.Dirent dirent = View.Dirent.decode(cursor.value());
        Attributes attributes = query.attributes() ? view.need(dirent.inode()).attributes() : null;
        entries.add(
            new Answer.DirectoryEntry(
                Keys.nameOf(cursor.key()), dirent.inode(), dirent.type(), attributes));
      }
    }
    return new Answer.Listing(directory.attributes(), entries, end);
  }

  private Answer getXattr(Query.GetXattr query) {
    AttributeCommands.checkXattrName(query.name());
    Inode inode = resolver.resolve(query.at());
    byte[] value =
        inode.xattrs == 0
            ? null
            : view.rows().get(MetadataTable.XATTRS, Keys.of(inode.id, query.name()));
    if (value == null) {
      throw AttributeCommands.noAttribute(query.name());
    }
    return new Answer.Xattr(Bytes.wrap(value));
  }

  private Answer listXattrs(Query.ListXattrs query) {
    Inode inode = resolver.resolve(query.at());
    List<Bytes> names = new ArrayList<>();
    if (inode.xattrs > 0) {
      try (Cursor cursor = view.rows().scanPrefix(MetadataTable.XATTRS, Keys.of(inode.id))) {
        while (cursor.next()) {
          names.add(Keys.nameOf(cursor.key()));
        }
      }
    }
    return new Answer.Xattrs(names);
  }

  private Answer mapContent(Query.MapContent query) {
    checkLimit(query.limit(), MAX_EXTENTS);
    if (query.offset() < 0 || query.lengthBytes() < 0) {
      throw new Refused(
          ErrorCode.INVALID,
          "there is no range of " + query.lengthBytes() + " bytes at " + query.offset());
    }
    Inode file = View.asFile(resolver.resolve(query.at()));
    if (query.content() != 0 && query.content() != file.content) {
      useOldContent(file, query.content());
    }
    long end = Math.min(file.size, saturatedSum(query.offset(), query.lengthBytes()));
    List<ExtentRow> rows =
        Extents.find(
            view.rows(),
            file.content,
            file.mappedEnd,
            file.trims,
            query.offset(),
            end,
            query.limit());
    boolean whole = rows.size() <= query.limit();
    List<Extent> extents = new ArrayList<>(rows.size());
    for (ExtentRow row : whole ? rows : rows.subList(0, query.limit())) {
      extents.add(row.extent());
    }
    return new Answer.ContentMap(file.attributes(), extents, whole);
  }

  private static long saturatedSum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  /** Turns to a content that another has replaced since the caller opened the file. */
  private void useOldContent(Inode file, long content) {
    Orphan orphan = view.orphan(content);
    if (orphan == null || orphan.ofInode() || orphan.inode() != file.id) {
      throw new Refused(
          ErrorCode.STALE, "content " + content + " of inode " + file.id + " is gone");
    }
    file.content = content;
    file.contentVersion = orphan.contentVersion();
    file.size = orphan.size();
    file.mappedEnd = orphan.mappedEnd();
    file.extentBytes = orphan.extentBytes();
    file.trims = orphan.trims();
  }
}
