/** The network around the core: frames, connections, and the peer process. */
@NullMarked
package io.quorate.store.net;

import org.jspecify.annotations.NullMarked;
