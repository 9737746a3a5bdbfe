import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type CredentialsOf, parseCredentials } from '../images/credentials.ts';
import type { ClusterPlan } from '../plan/types.ts';
import type { Spec } from './read-spec.ts';
import type { Terminal } from './terminal.ts';

/**
 * Credentials for pulls: those of the specification first, then what docker login wrote for this user. A file is read
 * when somebody asks: one that is broken is no matter to a run that pulls nothing.
 *
 * @returns a function that throws ArtifactError KB4316 when it comes to a file that is none
 */
export function registryCredentials(plan: ClusterPlan, spec: Spec, { env }: Terminal): CredentialsOf {
  const own = env.DOCKER_CONFIG || (env.HOME && join(env.HOME, '.docker'));
  const given = plan.credentialsFile && resolve(spec.folder, plan.credentialsFile);
  const files = [...(given ? [given] : []), ...(own ? [join(own, 'config.json')] : [])];
  const lookups = files.map(readOnce);
  return (registry) => {
    for (const lookup of lookups) {
      const found = lookup()(registry);
      if (found) return found;
    }
    return undefined;
  };
}

function readOnce(file: string): () => CredentialsOf {
  let known: CredentialsOf | undefined;
  return () => {
    known ??= readCredentials(file);
    return known;
  };
}

function readCredentials(file: string): CredentialsOf {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    // That the specification's file is missing is compile's to say (KB4003): a pull may do without it.
    if (error instanceof Error && 'code' in error) return () => undefined;
    throw error;
  }
  return parseCredentials(bytes, file);
}
