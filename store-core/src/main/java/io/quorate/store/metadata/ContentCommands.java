package io.quorate.store.metadata;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Command.AllocateMode;
import io.quorate.store.metadata.Command.PutCondition;
import io.quorate.store.metadata.Metadata.Change.Kind;
import io.quorate.store.metadata.Resolver.Ending;
import io.quorate.store.metadata.Resolver.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands that change what a file contains. Preallocation promises no space, since every write
 * goes to a new place anyway: it is kept as one range for each file and counts in allocatedBytes
 * only.
 */
final class ContentCommands {
  /** Most extents that one command shares. */
  private static final int MAX_COPIED_EXTENTS = 4096;

  private final Transaction tx;
  private final Extents extents;

  ContentCommands(Transaction tx) {
    this.tx = tx;
    this.extents = new Extents(tx);
  }

  private static void checkSize(long sizeBytes) {
    if (sizeBytes < 0) {
      throw new Refused(ErrorCode.INVALID, "a file cannot have " + sizeBytes + " bytes");
    }
    if (sizeBytes > Transaction.MAX_FILE_BYTES) {
      throw new Refused(
          ErrorCode.FILE_TOO_LARGE,
          sizeBytes + " bytes; a file has at most " + Transaction.MAX_FILE_BYTES);
    }
  }

  private static void checkRange(long offset, long lengthBytes) {
    if (offset < 0 || lengthBytes < 1) {
      throw new Refused(
          ErrorCode.INVALID, "there is no range of " + lengthBytes + " bytes at " + offset);
    }
    if (offset > Transaction.MAX_FILE_BYTES - lengthBytes) {
      throw new Refused(
          ErrorCode.FILE_TOO_LARGE,
          "the range ends beyond " + Transaction.MAX_FILE_BYTES + " bytes, a file's largest size");
    }
  }

  // ---- put

  Result put(Command.Put command) {
    checkSize(command.sizeBytes());
    for (Extent extent : command.extents()) {
      if (extent.end() > command.sizeBytes() || extent.end() < 0) {
        throw new Refused(
            ErrorCode.INVALID,
            "an extent at " + extent.fileOffset() + " ends beyond the size of the file");
      }
    }
    Place place = tx.resolver.locate(command.at());
    if (place.ending() != Ending.BASE && place.slash() && !place.isDirectory()) {
      throw new Refused(
          place.exists() ? ErrorCode.NOT_DIRECTORY : ErrorCode.IS_DIRECTORY,
          "'" + command.at().path() + "' ends in '/': it names a directory");
    }
    checkCondition(command, place);
    new Chunks(tx).publish(command.chunks());
    boolean created = !place.exists();
    Inode file = created ? makeFile(place, command) : View.asFile(tx.view.need(place.inode()));
    if (!created) {
      new Orphans(tx).detachContent(file);
    }
    for (Extent extent : command.extents()) {
      extents.write(file, extent);
    }
    file.size = command.sizeBytes();
    tx.touchContent(file);
    file.mtime = new AttributeCommands(tx).time(command.mtimeNanos());
    tx.save(file);
    tx.tell(Kind.CONTENT, file);
    return new Result.Node(file.attributes(), created);
  }

  private Inode makeFile(Place place, Command.Put command) {
    return new NamespaceCommands(tx)
        .make(place, FileType.REGULAR, command.permissions(), command.caller());
  }

  private void checkCondition(Command.Put command, Place place) {
    PutCondition condition = command.condition();
    if (condition.ifAbsent() && place.exists()) {
      throw new Refused(ErrorCode.EXISTS, "'" + command.at().path() + "' exists");
    }
    if (condition.ifVersion() < 0) {
      return;
    }
    if (!place.exists()) {
      throw new Refused(ErrorCode.CONDITION_FAILED, "'" + command.at().path() + "' does not exist");
    }
    long version = tx.view.needFile(place.inode()).contentVersion;
    if (version != condition.ifVersion()) {
      throw new Refused(
          ErrorCode.CONDITION_FAILED,
          "the content has version " + version + ", not " + condition.ifVersion());
    }
  }

  // ---- publish

  Result publish(Command.Publish command) {
    Inode file = tx.view.needFile(command.inode());
    checkPublish(command);
    new Chunks(tx).publish(command.chunks());
    if (command.cutBytes() >= 0 && command.cutBytes() < file.size) {
      setSize(file, command.cutBytes());
    }
    for (Extent extent : command.writes()) {
      extents.write(file, extent);
      file.size = Math.max(file.size, extent.end());
    }
    if (command.sizeBytes() >= 0) {
      setSize(file, command.sizeBytes());
    }
    long appendOffset = command.append().isEmpty() ? -1 : append(file, command.append());
    boolean dirty =
        command.cutBytes() >= 0
            || command.sizeBytes() >= 0
            || !command.writes().isEmpty()
            || !command.append().isEmpty();
    if (dirty) {
      tx.touchContent(file);
      tx.tell(Kind.CONTENT, file);
    } else {
      tx.touch(file);
      tx.tell(Kind.ATTRIBUTES, file);
    }
    new AttributeCommands(tx).change(file, command.change());
    tx.save(file);
    return new Result.Published(file.attributes(), appendOffset);
  }

  private static void checkPublish(Command.Publish command) {
    for (Extent extent : command.writes()) {
      checkRange(extent.fileOffset(), extent.lengthBytes());
    }
    if (command.cutBytes() != -1) {
      checkSize(command.cutBytes());
    }
    if (command.sizeBytes() != -1) {
      checkSize(command.sizeBytes());
    }
  }

  private long append(Inode file, List<ChunkRef> chunks) {
    long offset = file.size;
    for (ChunkRef chunk : chunks) {
      checkRange(file.size, chunk.lengthBytes());
      extents.write(file, new Extent(file.size, chunk, 0, chunk.lengthBytes()));
      file.size += chunk.lengthBytes();
    }
    return offset;
  }

  // ---- size

  Result truncate(Command.Truncate command) {
    checkSize(command.sizeBytes());
    Inode file = View.asFile(tx.resolver.resolve(command.at()));
    setSize(file, command.sizeBytes());
    return changed(file);
  }

  private void setSize(Inode file, long sizeBytes) {
    if (sizeBytes < file.size) {
      extents.discard(file, sizeBytes, Long.MAX_VALUE);
      reserve(file, file.reservedFrom, Math.min(file.reservedTo, sizeBytes));
    }
    file.size = sizeBytes;
  }

  private static void reserve(Inode file, long from, long to) {
    file.reservedFrom = to > from ? from : 0;
    file.reservedTo = to > from ? to : 0;
  }

  private Result changed(Inode file) {
    tx.touchContent(file);
    tx.save(file);
    tx.tell(Kind.CONTENT, file);
    return new Result.Node(file.attributes(), false);
  }

  Result allocate(Command.Allocate command) {
    checkRange(command.offset(), command.lengthBytes());
    Inode file = tx.view.needFile(command.inode());
    long from = command.offset();
    long to = from + command.lengthBytes();
    if (command.mode() == AllocateMode.PUNCH || command.mode() == AllocateMode.ZERO) {
      extents.discard(file, from, to);
    }
    if (command.mode() == AllocateMode.PUNCH) {
      if (from <= file.reservedFrom) {
        reserve(file, Math.max(file.reservedFrom, to), file.reservedTo);
      } else if (to >= file.reservedTo) {
        reserve(file, file.reservedFrom, Math.min(file.reservedTo, from));
      }
    } else if (file.reservedTo == 0) {
      reserve(file, from, to);
    } else {
      reserve(file, Math.min(file.reservedFrom, from), Math.max(file.reservedTo, to));
    }
    if (command.mode() == AllocateMode.ALLOCATE || command.mode() == AllocateMode.ZERO) {
      file.size = Math.max(file.size, to);
    }
    return changed(file);
  }

  // ---- copy

  Result copyRange(Command.CopyRange command) {
    checkRange(command.fromOffset(), Math.max(1, command.lengthBytes()));
    checkRange(command.toOffset(), Math.max(1, command.lengthBytes()));
    Inode source = tx.view.needFile(command.fromInode());
    boolean within = command.fromInode() == command.toInode();
    Inode target = within ? source : tx.view.needFile(command.toInode());
    long end = Math.min(source.size, command.fromOffset() + command.lengthBytes());
    if (within && command.lengthBytes() > Math.abs(command.fromOffset() - command.toOffset())) {
      throw new Refused(ErrorCode.INVALID, "the ranges to copy between overlap");
    }
    List<ExtentRow> found =
        Extents.find(
            tx.draft,
            source.content,
            source.mappedEnd,
            source.trims,
            command.fromOffset(),
            end,
            MAX_COPIED_EXTENTS);
    if (found.size() > MAX_COPIED_EXTENTS) {
      end = found.getLast().extent().fileOffset();
      found = found.subList(0, MAX_COPIED_EXTENTS);
    }
    long copied = Math.max(0, end - command.fromOffset());
    if (copied == 0 || command.lengthBytes() == 0) {
      return new Result.Copied(target.attributes(), 0);
    }
    long shift = command.toOffset() - command.fromOffset();
    extents.discard(target, command.toOffset(), command.toOffset() + copied);
    for (Extent extent : parts(found, command.fromOffset(), end, shift)) {
      extents.write(target, extent);
    }
    target.size = Math.max(target.size, command.toOffset() + copied);
    changed(target);
    return new Result.Copied(target.attributes(), copied);
  }

  private static List<Extent> parts(List<ExtentRow> found, long from, long end, long shift) {
    List<Extent> parts = new ArrayList<>();
    for (ExtentRow row : found) {
      Extent part = row.part(from, end).extent();
      parts.add(
          new Extent(
              part.fileOffset() + shift, part.chunk(), part.chunkOffset(), part.lengthBytes()));
    }
    return parts;
  }
}
