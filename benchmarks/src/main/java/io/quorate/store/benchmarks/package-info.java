/** Measurements: what the store does per second, and what that costs. */
@NullMarked
package io.quorate.store.benchmarks;

import org.jspecify.annotations.NullMarked;
