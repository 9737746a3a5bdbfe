import type { Diagnostics } from '../diagnostics/collector.ts';
import type { ClusterModel } from '../model/types.ts';
import { addressRules } from './address-rules.ts';
import { artifactRules } from './artifacts.ts';
import { controlPlaneRules } from './control-plane.ts';
import { hostRules } from './hosts.ts';
import { networkRules } from './networks.ts';
import { pathRules } from './paths.ts';
import { portRules } from './ports.ts';
import { registryRules } from './registry.ts';
import { releaseRules } from './releases.ts';
import { securityRules } from './security.ts';
import type { Rule } from './types.ts';

/** Everything that has to be true of a cluster beside the form of its specification. */
export const rules: readonly Rule[] = [
  ...hostRules,
  ...addressRules,
  ...networkRules,
  ...portRules,
  ...pathRules,
  ...registryRules,
  ...artifactRules,
  ...releaseRules,
  ...controlPlaneRules,
  ...securityRules,
];

/**
 * Hold every rule against a cluster.
 *
 * @param model a cluster whose specification has the form of the schema; its values may still be nonsense
 * @param diagnostics gets every violation (3xxx) at once
 */
export function checkRules(model: ClusterModel, diagnostics: Diagnostics): void {
  for (const rule of rules) rule.check(model, diagnostics);
}
