/** Stands in for the package {@code consensus} in what the rules must catch. */
package io.quorate.store.architecture.violations.consensus;
