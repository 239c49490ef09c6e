package io.quorate.store.gateway;

import io.quorate.store.metadata.Metadata.ChangeSet;
import java.util.List;

/**
 * Answer to {@link Gateway#changes}.
 *
 * @param complete false if changes between the asked index and the first of {@code sets} are no
 *     longer kept at that peer; {@code sets} is empty then
 * @param sets what entries changed, in order of their indices; entries that changed nothing are not
 *     among them
 * @param through all changes up to this index are in here: what to ask after next
 */
public record ChangeBatch(boolean complete, List<ChangeSet> sets, long through) {
  public ChangeBatch {
    sets = List.copyOf(sets);
  }
}
