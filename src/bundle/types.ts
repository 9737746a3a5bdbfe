/** Content of a file: bytes in memory, or a file of the build machine that is streamed. */
export type Content = { readonly bytes: Uint8Array } | { readonly file: string; readonly size: number };

/** One file or folder of a bundle; `path` is relative to the bundle's root folder, folders have no content. */
export interface Entry {
  readonly path: string;
  /** 0o755, 0o644 or, for secrets, 0o600. */
  readonly mode: number;
  readonly content?: Content;
}

/**
 * What one host's tarball holds. `shared` is equal (by `sharedKey`) for hosts with the same libraries, binaries and
 * images: it is compressed once and copied; `own` is that host's small part.
 */
export interface HostBundle {
  readonly cluster: string;
  readonly host: string;
  readonly sharedKey: string;
  readonly shared: readonly Entry[];
  readonly own: readonly Entry[];
  /** Whether a file of it is secret: the tarball is then 0600. */
  readonly secret: boolean;
}
