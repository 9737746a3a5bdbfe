import { artifactKey, assembleBundles } from './bundle/assemble.ts';
import { readInputs } from './bundle/read-inputs.ts';
import type { ArtifactFile, HostBundle } from './bundle/types.ts';
import type { Diagnostics } from './diagnostics/collector.ts';
import { resolve } from './model/resolve.ts';
import { planCluster } from './plan/plan-cluster.ts';
import type { ClusterPlan, HostPlan } from './plan/types.ts';
import { checkReleases } from './release/support.ts';
import { loadTemplates } from './render/templates.ts';
import { checkRules } from './rules/index.ts';
import { readDocument } from './source/read-document.ts';
import type { JsonDocument, SourceText } from './source/types.ts';
import { checkSchema } from './spec/check-schema.ts';

export type { ArtifactFile, Content, Entry, EntrySet, HostBundle } from './bundle/types.ts';
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
  /** The programs and images that the lock names; looked at unless `scriptsOnly`. */
  readonly artifacts: readonly ArtifactFile[];
  /** Make bundles although programs or images are missing; who carries them has to bring those. */
  readonly allowMissing: boolean;
  /** The time of the bill of materials, in seconds since 1970. */
  readonly epoch: number;
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
  return bundle(check(source), environment);
}

/** Make the bundles of a specification that was checked. */
export function bundle(checked: CompileResult, environment: Environment): CompileResult {
  const { diagnostics, plan } = checked;
  if (!plan || diagnostics.hasErrors) return { ...checked, bundles: [] };
  const hosts = hostsOf(plan, environment.hosts);
  const inputs = readInputs(hosts, environment.readInput, diagnostics);
  const files = environment.scriptsOnly ? [] : environment.artifacts;
  const artifacts = new Map(files.map((file) => [artifactKey(file.architecture, file.name), file]));
  if (!environment.scriptsOnly && !environment.allowMissing) checkComplete(hosts, artifacts, diagnostics);
  if (diagnostics.hasErrors) return { ...checked, bundles: [] };
  const { version, epoch } = environment;
  const templates = loadTemplates();
  return { ...checked, bundles: assembleBundles({ plan, hosts, inputs, artifacts, templates, version, epoch }) };
}

/** The hosts with these names; all without names. */
export function hostsOf(plan: ClusterPlan, names: readonly string[]): readonly HostPlan[] {
  return names.length === 0 ? plan.hosts : plan.hosts.filter((host) => names.includes(host.name));
}

function checkComplete(
  hosts: readonly HostPlan[],
  artifacts: ReadonlyMap<string, ArtifactFile>,
  diagnostics: Diagnostics,
): void {
  const missing = new Set(
    hosts.flatMap((host) =>
      host.artifacts
        .filter((need) => !artifacts.has(artifactKey(host.architecture, need.name)))
        .map((need) => `${need.name} (${need.of}, ${host.architecture})`),
    ),
  );
  if (missing.size === 0) return;
  const message = `${missing.size === 1 ? 'an artifact is' : `${missing.size} artifacts are`} missing: ${[...missing].join('; ')}`;
  diagnostics.add('KB4001', '', message, {
    hint: 'run kubebale fetch, or kubebale lock with --artifacts; or compile with --scripts-only',
  });
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
