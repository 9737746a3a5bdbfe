import { archives } from './codes/archives.ts';
import { artifactSources } from './codes/artifact-sources.ts';
import { artifacts } from './codes/artifacts.ts';
import { controlPlane } from './codes/control-plane.ts';
import { downloads } from './codes/downloads.ts';
import type { CatalogueEntry } from './codes/entry.ts';
import { flags } from './codes/flags.ts';
import { hostResources } from './codes/host-resources.ts';
import { hosts } from './codes/hosts.ts';
import { images } from './codes/images.ts';
import { locks } from './codes/locks.ts';
import { networks } from './codes/networks.ts';
import { registry } from './codes/registry.ts';
import { releases } from './codes/releases.ts';
import { schema } from './codes/schema.ts';
import { security } from './codes/security.ts';
import { syntax } from './codes/syntax.ts';
import { verification } from './codes/verification.ts';

export type { CatalogueEntry } from './codes/entry.ts';

/** Every code that kubebale can raise, with its page for `kubebale explain`. */
export const catalogue = {
  ...syntax,
  ...schema,
  ...hosts,
  ...networks,
  ...releases,
  ...hostResources,
  ...registry,
  ...artifactSources,
  ...security,
  ...flags,
  ...controlPlane,
  ...artifacts,
  ...locks,
  ...archives,
  ...downloads,
  ...images,
  ...verification,
} as const satisfies Record<string, CatalogueEntry>;

export type Code = keyof typeof catalogue;

/** Whether a text is a code of the catalogue. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(catalogue, text);
}
