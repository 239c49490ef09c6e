/** Stands in for the package {@code world} in what the rules must catch. */
package io.quorate.store.architecture.violations.world;
