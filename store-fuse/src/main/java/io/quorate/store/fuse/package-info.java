/** What operators run: the {@code quorate} command and the mount. */
@NullMarked
package io.quorate.store.fuse;

import org.jspecify.annotations.NullMarked;
