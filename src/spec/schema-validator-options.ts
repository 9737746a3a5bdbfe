import type { Options } from 'ajv/dist/2020.js';

/** How the schema is compiled, at run time and when the command line is built. */
export const validatorOptions: Readonly<Options> = {
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  verbose: true,
};
