import type { Digest } from '../artifacts/store.ts';

/** How a download goes. `file` is its name for people; counts are bytes. */
export type DownloadEvent =
  /** Bytes begin to flow: again after each retry, with what is there already in `resumedAt`. */
  | { readonly kind: 'start'; readonly file: string; readonly total: number | undefined; readonly resumedAt: number }
  | { readonly kind: 'bytes'; readonly file: string; readonly count: number }
  | {
      readonly kind: 'retry';
      readonly file: string;
      readonly reason: string;
      readonly waitSeconds: number;
      readonly attempt: number;
    }
  | { readonly kind: 'done'; readonly file: string; readonly digest: Digest }
  | { readonly kind: 'failed'; readonly file: string };
