package io.quorate.store.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.StoreOptions;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.world.RealWorld;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random acts on two handles of a file, against an array that is what this session must see and
 * another that is what others must see.
 */
class FileHandleModelTest {
  private static final At FILE = At.path(Bytes.utf8("f"), true);
  private static final int LONGEST = 60_000;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 60);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void withPlentyOfMemory(long seed) throws IOException {
    run(seed, StoreOptions.defaults().withContentBytes(4_096, 64 << 10, 1 << 20), true);
  }

  /** Content that is stored is dropped; reading it back publishes early, so others may see more. */
  @ParameterizedTest
  @MethodSource("seeds")
  void withHardlyAnyMemory(long seed) throws IOException {
    run(seed, StoreOptions.defaults().withContentBytes(4_096, 4_096, 4 * 4_096), false);
  }

  private static void run(long seed, StoreOptions options, boolean exact) throws IOException {
    RealWorld world = RealWorld.create();
    SoloGateway cluster = new SoloGateway(world);
    FileTree mine = FileTree.over(world, cluster, options);
    FileTree other = FileTree.over(world, cluster, options);
    Random random = new Random(seed);
    byte[] seen = new byte[0];
    byte[] published = seen;
    FileHandle[] handles = {
      mine.open(FILE, OpenMode.create(OpenMode.Create.EXCLUSIVE, false, 0644)),
      mine.open(FILE, OpenMode.WRITE)
    };
    for (int step = 0; step < 200; step++) {
      String where = "seed " + seed + " step " + step;
      FileHandle handle = handles[random.nextInt(2)];
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> {
          byte[] piece = bytes(random, random.nextInt(10) == 0 ? 20_000 : 1_500);
          int offset = random.nextInt(LONGEST - piece.length);
          handle.write(offset, ByteBuffer.wrap(piece));
          seen = Arrays.copyOf(seen, Math.max(seen.length, offset + piece.length));
          System.arraycopy(piece, 0, seen, offset, piece.length);
        }
        case 4 -> {
          int size = random.nextInt(LONGEST);
          handle.truncate(size);
          seen = Arrays.copyOf(seen, size);
        }
        case 5 -> {
          byte[] piece = bytes(random, 9_000);
          assertEquals(seen.length, handle.append(ByteBuffer.wrap(piece)), where);
          seen = Arrays.copyOf(seen, seen.length + piece.length);
          System.arraycopy(piece, 0, seen, seen.length - piece.length, piece.length);
          published = seen.clone();
        }
        case 6 -> {
          handle.publish();
          published = seen.clone();
        }
        case 7 -> {
          int offset = random.nextInt(LONGEST);
          int length = 1 + random.nextInt(9_000);
          byte[] expected =
              offset >= seen.length
                  ? new byte[0]
                  : Arrays.copyOfRange(seen, offset, Math.min(seen.length, offset + length));
          assertArrayEquals(expected, array(handle.read(offset, length)), where);
        }
        case 8 -> {
          assertEquals(seen.length, handle.attributes().sizeBytes(), where);
          assertEquals(seen.length, mine.stat(FILE).sizeBytes(), where);
        }
        case 9 -> {
          byte[] elsewhere = all(other);
          assertTrue(!exact || Arrays.equals(published, elsewhere), where);
        }
        default -> throw new AssertionError();
      }
      assertEquals(!handle.isClean(), mine.hasUnpublished(handle.inode()), where);
    }
    assertArrayEquals(seen, all(mine), "seed " + seed);
    abandonsAnother(mine, random);
    handles[0].close();
    handles[1].close();
    assertArrayEquals(seen, all(other), "seed " + seed);
    assertEquals(0, mine.unpublishedMemoryBytes());
    mine.close();
    other.close();
    world.close();
  }

  /** A file that is let go with what was written to it is none with unpublished changes. */
  private static void abandonsAnother(FileTree tree, Random random) throws IOException {
    At place = At.path(Bytes.utf8("g"), true);
    FileHandle another = tree.open(place, OpenMode.create(OpenMode.Create.EXCLUSIVE, false, 0644));
    another.write(0, ByteBuffer.wrap(bytes(random, 1_500)));
    assertTrue(tree.hasUnpublished(another.inode()));
    another.abandon();
    assertFalse(tree.hasUnpublished(another.inode()));
    assertEquals(0, tree.stat(place).sizeBytes());
  }

  private static byte[] bytes(Random random, int most) {
    byte[] piece = new byte[1 + random.nextInt(most)];
    random.nextBytes(piece);
    return piece;
  }

  private static byte[] all(FileTree tree) throws IOException {
    try (FileHandle handle = tree.open(FILE, OpenMode.READ)) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer part = handle.read(0, 1 << 20);
      while (part.hasRemaining()) {
        all.writeBytes(array(part));
        part = handle.read(all.size(), 1 << 20);
      }
      return all.toByteArray();
    }
  }

  private static byte[] array(ByteBuffer content) {
    byte[] array = new byte[content.remaining()];
    content.duplicate().get(array);
    return array;
  }
}
