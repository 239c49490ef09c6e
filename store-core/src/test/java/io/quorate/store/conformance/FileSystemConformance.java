package io.quorate.store.conformance;

import org.junit.jupiter.api.Nested;

/** The whole suite, over the face that a subclass gives. */
public abstract class FileSystemConformance {

  /** A fresh face; closed after the test. */
  protected abstract Face openFace() throws Exception;

  @Nested
  class Paths extends PathCases {
    Paths() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Opening extends OpenCases {
    Opening() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Contents extends ContentCases {
    Contents() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class CopyAndMove extends CopyMoveCases {
    CopyAndMove() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Links extends LinkCases {
    Links() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Directories extends DirectoryCases {
    Directories() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Attributes extends AttributeCases {
    Attributes() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class BadNames extends BadNameCases {
    BadNames() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Locks extends LockCases {
    Locks() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Channels extends ChannelCases {
    Channels() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class ChannelEnds extends ChannelEndCases {
    ChannelEnds() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class AsynchronousChannels extends AsynchronousCases {
    AsynchronousChannels() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class SecureDirectories extends SecureDirectoryCases {
    SecureDirectories() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Watching extends WatchCases {
    Watching() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Options extends OptionCases {
    Options() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Streams extends StreamCases {
    Streams() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class PathAlgebra extends PathAlgebraCases {
    PathAlgebra() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class PathUris extends PathUriCases {
    PathUris() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Globs extends GlobCases {
    Globs() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class DirectoryStreams extends DirectoryStreamCases {
    DirectoryStreams() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Walks extends WalkCases {
    Walks() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class NamedAttributes extends NamedAttributeCases {
    NamedAttributes() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class Foreign extends ForeignCases {
    Foreign() {
      super(FileSystemConformance.this::openFace);
    }
  }

  @Nested
  class OfFiles extends FilesCases {
    OfFiles() {
      super(FileSystemConformance.this::openFace);
    }
  }
}
