// Archives of events: what is kept of buses' events until it is too old, and read again by whoever
// replays it. Interfaces only.

/** An event for an archive. */
export interface NewArchivedEvent {
  /** The archive's own id, which no other archive of the server has or had. */
  readonly archive: string;
  /** When it happened, as the event itself says. */
  readonly atMs: number;
  /** The event as JSON. */
  readonly body: string;
}

/** Where in an archive one goes on: behind this. */
export interface ArchivePlace {
  readonly atMs: number;
  /** Of those of one time, the one that came first has the lowest. */
  readonly number: number;
}

export interface ArchivedEvent extends ArchivePlace {
  readonly body: string;
}

export interface ArchiveReader {
  /** Of those that were ever kept in and not yet removed; none: nothing. */
  archives(): readonly {
    readonly archive: string;
    /** When its first event happened; undefined: it has none. */
    readonly firstAtMs: number | undefined;
  }[];
  archiveSize(archive: string): { readonly events: number; readonly bytes: number };
  /**
   * Those that happened from a time on and before another, in the order of time: as many as may be,
   * and no more once they have so many bytes together.
   */
  archivedEvents(query: {
    readonly archive: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly after?: ArchivePlace | undefined;
    readonly limit: number;
    readonly bytes: number;
  }): readonly ArchivedEvent[];
}
