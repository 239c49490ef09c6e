/**
 * The parts that a write or a lookup goes through, each by itself under JMH: how long an operation
 * takes, and what it allocates.
 *
 * <p>All go in where the rest of the program does: a part that is too small to have such a way in
 * is measured as what it is part of. So these say something of the program as it runs, and nothing
 * is public for their sake.
 */
@NullMarked
package io.quorate.store.benchmarks.parts;

import org.jspecify.annotations.NullMarked;
