/** How templates are compiled, at run time and when the command line is built. */
export const templateOptions = { strict: true, knownHelpersOnly: true, preventIndent: true } as const;
