package io.quorate.store.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecTest {
  private static final ChunkRef CHUNK = new ChunkRef(new ChunkId(-1, 1L << 40), 1 << 20, -7);
  private static final Extent EXTENT = new Extent(Long.MAX_VALUE / 2, CHUNK, 3, 5);
  private static final At AT = new At(-1, Bytes.utf8("a/ö"), true);
  private static final Caller CALLER = new Caller(-2, Integer.MAX_VALUE);
  private static final Attributes ATTRIBUTES =
      new Attributes(
          1, 2, 3, 4, FileType.SOCKET, 07777, 65_000, -1, 6, -7, 16L << 40, 9, -10, 11, 12, 13);
  private static final AttributeChange CHANGE =
      new AttributeChange(0, null, -3, AttributeChange.NOW, Long.MAX_VALUE, null);

  static List<Command> commands() {
    return List.of(
        new Command.OpenSession("peer-1 ☂", 10_000),
        new Command.KeepAlive(5, new TreeSet<>(List.of(1L, 1L << 50)), 1L << 60),
        new Command.EndSession(7),
        new Command.Create(AT, -1, CALLER, true),
        new Command.CreateUnnamed(AT, 0640 | 0027 << 12, CALLER, true),
        new Command.MakeDirectory(AT, 0755, CALLER),
        new Command.MakeSymlink(AT, Bytes.utf8("/x"), CALLER),
        new Command.MakeNode(AT, FileType.FIFO, 0, Long.MIN_VALUE, CALLER),
        new Command.Link(AT, At.inode(4)),
        new Command.Unlink(AT),
        new Command.RemoveDirectory(At.child(5, Bytes.utf8("n"))),
        new Command.Rename(AT, At.inode(3), Command.RenameMode.EXCHANGE),
        new Command.SetAttributes(AT, CHANGE),
        new Command.SetAttributes(AT, AttributeChange.NONE),
        new Command.SetXattr(AT, Bytes.utf8("n"), Bytes.utf8("v"), Command.XattrMode.REPLACE),
        new Command.SetXattr(
            AT, PosixAcl.ACCESS, Bytes.EMPTY, Command.XattrMode.ANY_WITHOUT_SETGID),
        new Command.RemoveXattr(AT, Bytes.utf8("n")),
        new Command.Publish(9, -1, List.of(EXTENT, EXTENT), List.of(CHUNK), 1L << 44, CHANGE),
        new Command.Truncate(AT, -1),
        new Command.Allocate(1, 2, 3, Command.AllocateMode.ZERO),
        new Command.CopyRange(1, 2, 3, 4, 5),
        new Command.Put(
            AT, 0644, CALLER, List.of(EXTENT), 5, -1, new Command.PutCondition(true, 77)),
        new Command.Lock(
            1, -1, Command.LockFamily.FLOCK, Command.LockType.UNLOCK, 0, Long.MAX_VALUE),
        new Command.Configure(null, 3),
        new Command.Configure(4096, null));
  }

  static List<Result> results() {
    return List.of(
        new Result.Failed(ErrorCode.CONDITION_FAILED, "why"),
        new Result.Done(),
        new Result.Opened(9),
        new Result.Node(ATTRIBUTES, true),
        new Result.Published(ATTRIBUTES, -1),
        new Result.Copied(ATTRIBUTES, 99),
        new Result.LockConflict(1, 2, Command.LockType.READ, 0, Long.MAX_VALUE));
  }

  static List<Query> queries() {
    return List.of(
        new Query.Stat(AT),
        new Query.ReadSymlink(AT),
        new Query.ListDirectory(AT, Bytes.utf8("m"), 10, true),
        new Query.GetXattr(AT, Bytes.utf8("n")),
        new Query.ListXattrs(AT),
        new Query.MapContent(AT, 5, 0, Long.MAX_VALUE, 100),
        new Query.TestLock(
            1, 2, 3, Command.LockFamily.FCNTL, Command.LockType.WRITE, 4, Long.MAX_VALUE),
        new Query.Totals());
  }

  static List<Answer> answers() {
    return List.of(
        new Answer.Failed(ErrorCode.STALE, ""),
        new Answer.Stat(ATTRIBUTES),
        new Answer.Symlink(Bytes.utf8("t")),
        new Answer.Listing(
            ATTRIBUTES,
            List.of(
                new Answer.DirectoryEntry(Bytes.utf8("a"), 5, FileType.REGULAR, ATTRIBUTES),
                new Answer.DirectoryEntry(Bytes.utf8("b"), 6, FileType.DIRECTORY, null)),
            false),
        new Answer.Xattr(Bytes.EMPTY),
        new Answer.Xattrs(List.of(Bytes.utf8("a"), Bytes.EMPTY)),
        new Answer.ContentMap(ATTRIBUTES, List.of(EXTENT), true),
        new Answer.Unlocked(),
        new Answer.Locked(new Result.LockConflict(1, 2, Command.LockType.WRITE, 3, 4)),
        new Answer.Totals(1, 2));
  }

  @Test
  void everyKindIsInTheLists() {
    assertEquals(Command.class.getPermittedSubclasses().length, kinds(commands()));
    assertEquals(Result.class.getPermittedSubclasses().length, kinds(results()));
    assertEquals(Query.class.getPermittedSubclasses().length, kinds(queries()));
    assertEquals(Answer.class.getPermittedSubclasses().length, kinds(answers()));
  }

  private static long kinds(List<?> values) {
    return values.stream().map(Object::getClass).distinct().count();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void commandsComeBack(Command command) throws Exception {
    SessionCommand whole = new SessionCommand(1L << 40, Long.MAX_VALUE, 3, command);
    assertEquals(whole, CommandCodec.decode(CommandCodec.encode(whole)));
    everyTruncationIsRefused(CommandCodec.encode(whole), CommandCodec::decode);
  }

  @ParameterizedTest
  @MethodSource("results")
  void resultsComeBack(Result result) throws Exception {
    assertEquals(result, ResultCodec.decode(ResultCodec.encode(result)));
    everyTruncationIsRefused(ResultCodec.encode(result), ResultCodec::decode);
  }

  @ParameterizedTest
  @MethodSource("queries")
  void queriesComeBack(Query query) throws Exception {
    assertEquals(query, QueryCodec.decode(QueryCodec.encode(query)));
    everyTruncationIsRefused(QueryCodec.encode(query), QueryCodec::decode);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answersComeBack(Answer answer) throws Exception {
    assertEquals(answer, AnswerCodec.decode(AnswerCodec.encode(answer)));
    everyTruncationIsRefused(AnswerCodec.encode(answer), AnswerCodec::decode);
  }

  private interface Decoding {
    Object decode(byte[] bytes) throws MalformedCommandException;
  }

  private static void everyTruncationIsRefused(byte[] bytes, Decoding decoding) {
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThrows(MalformedCommandException.class, () -> decoding.decode(cut));
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThrows(MalformedCommandException.class, () -> decoding.decode(longer));
  }

  @Test
  void messagesSayWhatIsWrong() {
    assertTrue(message(new byte[] {2}).contains("version 2"), message(new byte[] {2}));
    assertTrue(message(new byte[] {1, 0, 0, 0, 99}).contains("kind of command 99"));
    // A keep-alive that announces 2^35 handles in no bytes at all.
    byte[] greedy = {1, 1, 1, 1, 2, 5, -1, -1, -1, -1, 127};
    assertTrue(message(greedy).contains("announces 34359738367 elements"), message(greedy));
  }

  private static String message(byte[] bytes) {
    return assertThrows(MalformedCommandException.class, () -> CommandCodec.decode(bytes))
        .getMessage();
  }

  /** Whatever comes in, a decoder answers or throws its own exception, and takes little memory. */
  @Test
  void hostileBytesNeverCrashADecoder() {
    List<byte[]> seeds = new ArrayList<>();
    commands().forEach(c -> seeds.add(CommandCodec.encode(new SessionCommand(1, 2, 1, c))));
    results().forEach(r -> seeds.add(ResultCodec.encode(r)));
    queries().forEach(q -> seeds.add(QueryCodec.encode(q)));
    answers().forEach(a -> seeds.add(AnswerCodec.encode(a)));
    List<Decoding> decoders =
        List.of(CommandCodec::decode, ResultCodec::decode, QueryCodec::decode, AnswerCodec::decode);
    int decoded = 0;
    for (long seed = 1; seed <= 60_000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = mutate(seeds.get(random.nextInt(seeds.size())), random);
      for (Decoding decoding : decoders) {
        try {
          decoding.decode(bytes);
          decoded++;
        } catch (MalformedCommandException expected) {
          assertTrue(expected.getMessage().length() > 5);
        } catch (RuntimeException | Error e) {
          throw new AssertionError("seed " + seed, e);
        }
      }
    }
    assertTrue(decoded > 1000, "only " + decoded + " mutations decoded: too wild to test much");
  }

  private static byte[] mutate(byte[] seed, Random random) {
    byte[] bytes = Arrays.copyOf(seed, Math.max(0, seed.length + random.nextInt(5) - 2));
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      bytes[at] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) (bytes[at] ^ (1 << random.nextInt(8)));
    }
    if (random.nextInt(10) == 0) {
      random.nextBytes(bytes);
      if (bytes.length > 0) {
        bytes[0] = 1;
      }
    }
    return bytes;
  }
}
