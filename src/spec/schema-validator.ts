import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { validatorOptions } from './schema-validator-options.ts';

/**
 * The validator of the specification's schema, compiled here and now. In the command line that is built this module is
 * another one, in which it is compiled already (test/tools/precompile.ts).
 */
export function schemaValidator(schema: object): ValidateFunction {
  return new Ajv2020(validatorOptions).compile(schema);
}
