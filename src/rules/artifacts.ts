import type { ArtifactModel, ClusterModel, Role } from '../model/types.ts';
import { dockerTraits } from '../release/traits.ts';
import type { Rule } from './types.ts';

const programsOf = (model: ClusterModel): Readonly<Record<ArtifactModel['component'], readonly string[]>> => ({
  kubernetes: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kubelet', 'kube-proxy'],
  etcd: ['etcd', 'etcdctl'],
  flannel: ['flanneld'],
  docker: dockerTraits(model.releases.docker).binaries,
});

const onePlace: Rule = {
  name: 'an artifact comes from one place',
  codes: ['KB3511'],
  check(model, diagnostics) {
    for (const [index, artifact] of model.artifacts.entries()) {
      const { file, folder, url } = artifact;
      const given = Object.entries({ file, folder, url }).filter(([, value]) => value !== undefined);
      if (given.length === 1) continue;
      const message =
        given.length === 0
          ? `this artifact of ${artifact.component} says no place`
          : `this artifact of ${artifact.component} has ${given.map(([key]) => key).join(' and ')}`;
      diagnostics.add('KB3511', `/artifacts/${index}`, message, {
        hint: 'give one of "file" (an archive or a program), "folder" (with programs) and "url"',
      });
    }
    for (const [index, image] of model.images.entries()) {
      if ((image.file === undefined) !== (image.from === undefined)) continue;
      const what = image.file === undefined ? 'says no place' : 'has file and from';
      diagnostics.add('KB3511', `/images/${index}`, `the image ${image.name} ${what}`, {
        hint: 'give one of "from" (an image that fetch pulls) and "file" (that docker save wrote)',
      });
    }
  },
};

const rightHash: Rule = {
  name: 'an artifact has the kind of hash that its place needs',
  codes: ['KB3512'],
  check(model, diagnostics) {
    for (const [index, { folder, file, url, sha256 }] of model.artifacts.entries()) {
      if (folder !== undefined && file === undefined && url === undefined && typeof sha256 === 'string') {
        diagnostics.add('KB3512', `/artifacts/${index}/sha256`, 'a folder has no SHA-256 of its own', {
          hint: 'give that of each program: "sha256": { "etcd": "…", "etcdctl": "…" }',
        });
      } else if (folder === undefined && typeof sha256 === 'object') {
        diagnostics.add('KB3512', `/artifacts/${index}/sha256`, 'a file has one SHA-256, that of the whole file', {
          hint: 'write it as a text; what sha256sum prints',
        });
      }
    }
    for (const [index, { file, from, sha256 }] of model.images.entries()) {
      if (sha256 === undefined || file !== undefined || from === undefined) continue;
      diagnostics.add('KB3512', `/images/${index}/sha256`, 'an image that is pulled is pinned by its digest', {
        hint: `write "from": "${from.replace(/@.*$/, '')}@sha256:…", and remove "sha256"`,
      });
    }
  },
};

const knownPrograms: Rule = {
  name: 'an artifact gives programs that its component has',
  codes: ['KB3513'],
  check(model, diagnostics) {
    const known = programsOf(model);
    for (const [index, { component, programs, sha256 }] of model.artifacts.entries()) {
      for (const [key, value] of Object.entries({ programs, sha256 })) {
        if (typeof value !== 'object') continue;
        for (const name of Object.keys(value)) {
          if (known[component].includes(name)) continue;
          diagnostics.add(
            'KB3513',
            `/artifacts/${index}/${key}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
            `${component} ${model.releases[component]} has no program ${JSON.stringify(name)}`,
            { part: 'key', hint: `its programs are ${known[component].join(', ')}` },
          );
        }
      }
    }
  },
};

const oneImage: Rule = {
  name: 'an image is listed once',
  codes: ['KB3514'],
  check(model, diagnostics) {
    const seen = new Map<string, number>();
    for (const [index, { name, architecture }] of model.images.entries()) {
      for (const key of architecture === undefined ? ['amd64', 'arm64'] : [architecture]) {
        const first = seen.get(`${key} ${name}`);
        if (first === undefined) {
          seen.set(`${key} ${name}`, index);
          continue;
        }
        diagnostics.add('KB3514', `/images/${index}/name`, `the image ${name} is listed twice`, {
          hint: 'keep one of the two, or give each its own architecture',
          related: [{ message: 'the first time', pointer: `/images/${first}/name` }],
        });
        break;
      }
    }
  },
};

/** The components whose programs a host of each role runs; a master's etcdctl writes flannel's network key. */
const componentsOf: Readonly<Record<Role, readonly ArtifactModel['component'][]>> = {
  etcd: ['etcd'],
  master: ['kubernetes', 'etcd', 'flannel'],
  node: ['kubernetes', 'flannel', 'docker'],
};

const usedArtifact: Rule = {
  name: 'an artifact is for programs that a host of its architecture needs',
  codes: ['KB3515'],
  check(model, diagnostics) {
    for (const [index, { component, architecture }] of model.artifacts.entries()) {
      const users = model.hosts.filter(({ roles }) => roles.some((role) => componentsOf[role].includes(component)));
      if (users.some((host) => host.architecture === architecture)) continue;
      const [other] = users;
      diagnostics.add(
        'KB3515',
        `/artifacts/${index}`,
        `no host of the architecture ${architecture} needs a program of ${component}`,
        { hint: other ? `give it "architecture": "${other.architecture}", or remove the entry` : 'remove the entry' },
      );
    }
  },
};

export const artifactRules: readonly Rule[] = [onePlace, rightHash, knownPrograms, oneImage, usedArtifact];
