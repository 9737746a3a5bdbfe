import { X509Certificate } from 'node:crypto';
import type { Diagnostics } from '../diagnostics/collector.ts';
import type { HostPlan, InputFile } from '../plan/types.ts';

/**
 * Read the files of the build machine that the specification names, each once, and see that they are what they should
 * be: KB4003 when one cannot be read, KB4004 when it is no CA certificate or no docker credentials.
 *
 * @returns bytes by the path that the specification gives
 */
export function readInputs(
  hosts: readonly HostPlan[],
  read: (path: string) => Uint8Array,
  diagnostics: Diagnostics,
): ReadonlyMap<string, Uint8Array> {
  const inputs = new Map<string, InputFile>();
  // By key of the specification: one file named as CA and as credentials has to pass as both.
  for (const host of hosts) for (const input of host.inputs) inputs.set(input.pointer, input);
  const contents = new Map<string, Uint8Array>();
  for (const input of inputs.values()) {
    let bytes: Uint8Array;
    try {
      bytes = read(input.source);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      diagnostics.add('KB4003', input.pointer, `${input.source} cannot be read: ${why}`, {
        hint: 'the path is relative to the folder of the specification',
      });
      continue;
    }
    const problem = input.secret ? credentialsProblem(bytes) : certificateProblem(bytes);
    if (problem === undefined) contents.set(input.source, bytes);
    else diagnostics.add('KB4004', input.pointer, `${input.source} ${problem.what}`, { hint: problem.hint });
  }
  return contents;
}

interface Problem {
  readonly what: string;
  readonly hint: string;
}

function credentialsProblem(bytes: Uint8Array): Problem | undefined {
  const hint = 'give the config.json that docker login wrote: {"auths": {"registry": {"auth": "…"}}}';
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const auths = typeof value === 'object' && value !== null && 'auths' in value ? value.auths : undefined;
    if (typeof auths !== 'object' || auths === null || Array.isArray(auths))
      return { what: 'holds no "auths", so it is no docker config.json', hint };
    const entries: unknown[] = Object.values(auths);
    // With credsStore or credHelpers the secrets are elsewhere, on the machine where docker login was typed.
    const usable = entries.some(
      (entry) => typeof entry === 'object' && entry !== null && ('auth' in entry || 'password' in entry),
    );
    return usable
      ? undefined
      : { what: 'holds no credentials in "auths" (a credential helper keeps them elsewhere)', hint };
  } catch {
    // The parser's message could quote the secret.
    return { what: 'is not JSON', hint };
  }
}

function certificateProblem(bytes: Uint8Array): Problem | undefined {
  const hint = 'give the CA certificate in PEM form: -----BEGIN CERTIFICATE-----';
  const blocks = [
    ...Buffer.from(bytes)
      .toString('latin1')
      .matchAll(/-----BEGIN ([^-]+)-----/g),
  ].map(([, kind]) => kind);
  if (!blocks.includes('CERTIFICATE')) return { what: 'holds no PEM certificate', hint };
  const other = blocks.find((kind) => kind !== 'CERTIFICATE');
  if (other !== undefined) return { what: `holds a ${other} too, which would go to every node`, hint };
  try {
    new X509Certificate(bytes);
    return undefined;
  } catch {
    return { what: 'holds a certificate that cannot be read', hint };
  }
}
