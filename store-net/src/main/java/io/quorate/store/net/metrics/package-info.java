/**
 * Meters of what stores ask of their clusters and of what peers do, through Micrometer if the
 * application has it. All of Micrometer is in this package, and nobody loads a class that names it
 * where it is absent.
 */
@NullMarked
package io.quorate.store.net.metrics;

import org.jspecify.annotations.NullMarked;
