import { assembleBundles } from './bundle/assemble.ts';
import { chooseArtifacts } from './bundle/choose-artifacts.ts';
import type { ArtifactFile } from './bundle/find-artifacts.ts';
import { readInputs } from './bundle/read-inputs.ts';
import type { HostBundle } from './bundle/types.ts';
import type { Diagnostics } from './diagnostics/collector.ts';
import { resolve } from './model/resolve.ts';
import { planCluster } from './plan/plan-cluster.ts';
import type { ClusterPlan } from './plan/types.ts';
import { checkReleases } from './release/support.ts';
import { loadTemplates } from './render/templates.ts';
import { checkRules } from './rules/index.ts';
import { readDocument } from './source/read-document.ts';
import type { JsonDocument, SourceText } from './source/types.ts';
import { checkSchema } from './spec/check-schema.ts';

export type { ArtifactFile } from './bundle/find-artifacts.ts';
export type { Content, Entry, HostBundle } from './bundle/types.ts';
export type { Diagnostics } from './diagnostics/collector.ts';
export type { Diagnostic, Position, Related, Severity, Span } from './diagnostics/types.ts';
export type { ClusterPlan, HostPlan, UnitPlan } from './plan/types.ts';
export type { JsonDocument, SourceText } from './source/types.ts';

/** All that a compilation depends on beside the specification's text. */
export interface Environment {
  /** kubebale's own version, for MANIFEST.json. */
  readonly version: string;
  /** Leave binaries and images out. */
  readonly scriptsOnly: boolean;
  /** What was found in the artifacts folders; looked at unless `scriptsOnly`. */
  readonly artifacts: readonly ArtifactFile[];
  /** Names of the hosts to make bundles for; empty for all. */
  readonly hosts: readonly string[];
  /** Read a file that the specification names, relative to its folder. Throws when it cannot. */
  readonly readInput: (path: string) => Uint8Array;
}

export interface CompileResult {
  readonly diagnostics: Diagnostics;
  /** Undefined when the text is no JSON. */
  readonly document: JsonDocument | undefined;
  /** Undefined when there is an error in the specification. */
  readonly plan: ClusterPlan | undefined;
  /** Made one by one while they are asked for, so that 5,000 hosts do not sit in memory; empty after an error. */
  readonly bundles: Iterable<HostBundle>;
}

/**
 * Check a specification and plan its cluster; nothing is written, and no file but the specification is looked at.
 *
 * @returns all findings of the stage that first found an error, or of all stages
 */
export function check(source: SourceText): CompileResult {
  const { document, diagnostics } = readDocument(source);
  return { diagnostics, document, plan: document && planDocument(document, diagnostics), bundles: [] };
}

/** Compile a specification to bundles; nothing is written. */
export function compile(source: SourceText, environment: Environment): CompileResult {
  const { diagnostics, document, plan } = check(source);
  if (!plan) return { diagnostics, document, plan, bundles: [] };
  const hosts = plan.hosts.filter((host) => environment.hosts.length === 0 || environment.hosts.includes(host.name));
  const inputs = readInputs(hosts, environment.readInput, diagnostics);
  const artifacts = environment.scriptsOnly
    ? new Map<string, ArtifactFile>()
    : chooseArtifacts(hosts, environment.artifacts, diagnostics);
  if (diagnostics.hasErrors) return { diagnostics, document, plan, bundles: [] };
  const bundles = assembleBundles({
    plan,
    hosts,
    inputs,
    artifacts,
    templates: loadTemplates(),
    version: environment.version,
  });
  return { diagnostics, document, plan, bundles };
}

function planDocument(document: JsonDocument, diagnostics: Diagnostics): ClusterPlan | undefined {
  if (diagnostics.hasErrors) return undefined;
  const spec = checkSchema(document, diagnostics);
  if (!spec || diagnostics.hasErrors) return undefined;
  const model = resolve(spec);
  diagnostics.accept(model.acceptWarnings);
  checkReleases(model, diagnostics);
  checkRules(model, diagnostics);
  // Flags are checked although rules found errors: one run shows every mistake that can be seen.
  const plan = planCluster(model, diagnostics);
  return diagnostics.hasErrors ? undefined : plan;
}
