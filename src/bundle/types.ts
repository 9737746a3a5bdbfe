import type { Architecture } from '../model/types.ts';

/** Content of a file: bytes in memory, or a file of the build machine that is streamed and has to have this digest. */
export type Content =
  | { readonly bytes: Uint8Array }
  | { readonly file: string; readonly size: number; readonly sha256: string };

/** One file or folder of a bundle; `path` is relative to the bundle's root folder, folders have no content. */
export interface Entry {
  readonly path: string;
  /** 0o755, 0o644 or, for secrets, 0o600. */
  readonly mode: number;
  readonly content?: Content;
}

/** Entries that several hosts have in common; `key` is the digest of their names, modes and contents. */
export interface EntrySet {
  readonly key: string;
  readonly entries: readonly Entry[];
}

/**
 * What one host's tarball holds. `payload` (programs and images) and `common` (libraries and lists) are equal, by their
 * keys, for hosts with the same roles: they are compressed once. `own` is that host's small part.
 */
export interface HostBundle {
  readonly cluster: string;
  readonly host: string;
  /** Without entries when the bundle has scripts only. */
  readonly payload: EntrySet;
  readonly common: EntrySet;
  readonly own: readonly Entry[];
  /** Whether a file of it is secret: the tarball is then 0600. */
  readonly secret: boolean;
}

/** A program or image archive of the build machine, with where it came from. */
export interface ArtifactFile {
  readonly name: string;
  readonly architecture: Architecture;
  /** Its path on the build machine. */
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  /** The archive it was taken out of, or the file itself. */
  readonly from: { readonly file: string; readonly url?: string; readonly sha256: string };
  /** For an image: its configuration's digest and those of its layers. */
  readonly image?: { readonly id: string; readonly layers: readonly string[] };
}
