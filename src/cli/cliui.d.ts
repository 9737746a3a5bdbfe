/** The part of cliui that is used; it has no types of its own. */
declare module 'cliui' {
  interface Column {
    readonly text: string;
    readonly width?: number;
    /** Top, right, bottom, left. */
    readonly padding?: readonly [number, number, number, number];
  }
  interface Page {
    div(...columns: (string | Column)[]): void;
    toString(): string;
  }
  // biome-ignore lint/style/noDefaultExport: that is how cliui exports it
  export default function cliui(options: { readonly width: number; readonly wrap?: boolean }): Page;
}
