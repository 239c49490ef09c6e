package io.quorate.store.metadata;

/**
 * What {@link Command.Configure} sets.
 *
 * @param chunkBytes into which pieces content is cut
 * @param featureLevel one of {@link FeatureLevels}: which commands may be used
 */
public record Settings(int chunkBytes, int featureLevel) {
  static Settings of(Globals globals) {
    return new Settings(globals.chunkBytes, globals.featureLevel);
  }
}
