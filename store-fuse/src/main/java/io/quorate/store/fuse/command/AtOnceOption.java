package io.quorate.store.fuse.command;

import picocli.CommandLine.Option;

/** How much a command has under way. Mixed into those that copy many files. */
final class AtOnceOption {
  private static final int MOST = 256;

  @Option(
      names = {"-j", "--at-once"},
      paramLabel = "N",
      defaultValue = "8",
      description = "Files under way at the same time, 1 to " + MOST + ". Default: 8")
  private int files;

  int files() {
    return files;
  }

  void check() {
    if (files < 1 || files > MOST) {
      throw Failure.notStarted("--at-once is " + files + "; it must be from 1 to " + MOST);
    }
  }
}
