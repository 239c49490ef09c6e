/** Stands in for the package {@code journal} in what the rules must catch. */
package io.quorate.store.architecture.violations.journal;
