package io.quorate.store.fuse.command;

import io.quorate.store.fuse.mount.Mount;
import io.quorate.store.fuse.mount.MountOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How to mount, in the words of fstab. */
final class MountSettings {
  @Option(
      names = {"-o", "--options"},
      paramLabel = "OPTIONS",
      split = ",",
      description = {
        "With commas between, as in fstab:",
        "ro: nothing can be changed. sync: each write is on a quorum when it returns.",
        "allow_other: for all users; root has it without asking.",
        "subdir=PATH: mount this directory of the store.",
        "no_quorum=eio|erofs|wait: what calls get while there is no quorum for them: an error at"
            + " the end of their time (the default), 'read-only file system' for changes, or"
            + " nothing until there is one.",
        "attr_timeout=SECONDS, entry_timeout=SECONDS: for how long the kernel may rely on"
            + " attributes and names. It is told of what other servers change; only while no server"
            + " can be reached may that show so much later. Default: 0",
        "uid=N, gid=N, umask=OCTAL: show everything as owned so, and with all permissions but these.",
        "noacl: no POSIX ACLs, here; they are not asked for at each access then. So it is with uid,"
            + " gid and umask, too.",
        "noexec, dev, suid, fsname=NAME: as in mount(8)."
      })
  private List<String> words = new ArrayList<>();

  boolean isEmpty() {
    return words.isEmpty();
  }

  MountOptions options(String... more) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    try {
      return MountOptions.parse(all, Mount.isRoot());
    } catch (IllegalArgumentException e) {
      throw Failure.notStarted(String.valueOf(e.getMessage()));
    }
  }
}
