import { artifacts } from './codes/artifacts.ts';
import { controlPlane } from './codes/control-plane.ts';
import type { CatalogueEntry } from './codes/entry.ts';
import { flags } from './codes/flags.ts';
import { hostResources } from './codes/host-resources.ts';
import { hosts } from './codes/hosts.ts';
import { networks } from './codes/networks.ts';
import { registry } from './codes/registry.ts';
import { releases } from './codes/releases.ts';
import { schema } from './codes/schema.ts';
import { security } from './codes/security.ts';
import { syntax } from './codes/syntax.ts';

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
  ...security,
  ...flags,
  ...controlPlane,
  ...artifacts,
} as const satisfies Record<string, CatalogueEntry>;

export type Code = keyof typeof catalogue;

/** Whether a text is a code of the catalogue. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(catalogue, text);
}
