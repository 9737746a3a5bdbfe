// What the hosts of the benchmark get: real programs where a folder of them is given, else files as large and as
// compressible as those of the 2016 stack.
import { createCipheriv, createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';

/** Programs of Kubernetes 1.3.3, etcd 2.3.7, flannel 0.5.5 and docker 1.11.2 with their sizes, in MB. */
const sizes = {
  etcd: 18,
  etcdctl: 14,
  flanneld: 16,
  'kube-apiserver': 87,
  'kube-controller-manager': 76,
  'kube-proxy': 47,
  'kube-scheduler': 55,
  kubectl: 57,
  kubelet: 81,
  docker: 23,
  'docker-containerd': 11,
  'docker-containerd-ctr': 10,
  'docker-containerd-shim': 4,
  'docker-runc': 9,
};

const blockSize = 64 * 1024;
/** Of each block so much is noise, which does not compress; the rest repeats. The whole shrinks to about 30 %. */
const noise = 0.29;

/** Lay the programs and a pause image into a folder. */
export async function layPayload(folder) {
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (const [name, megabytes] of Object.entries(sizes)) bytes += layProgram(join(folder, name), name, megabytes * 1e6);
  await layImage(join(folder, 'pause.tar'));
  return bytes;
}

function layProgram(path, name, size) {
  const file = openSync(path, 'w');
  const text = Buffer.alloc(blockSize, `this part of ${name} repeats itself, as code does. `);
  // A stream of bytes without any pattern, the same in every run.
  const random = createCipheriv('aes-256-ctr', createHash('sha256').update(name).digest(), Buffer.alloc(16));
  let written = 0;
  while (written < size) {
    const block = Buffer.from(text.subarray(0, Math.min(blockSize, size - written)));
    random.update(Buffer.alloc(Math.floor(block.length * noise))).copy(block);
    // The head of an ELF program for amd64.
    if (written === 0) Buffer.from('7f454c46020101000000000000000000' + '02003e00', 'hex').copy(block);
    written += writeSync(file, block);
  }
  closeSync(file);
  return written;
}

/** The smallest image that docker load takes: one layer with one file. */
async function layImage(path) {
  const layer = await tar([['pause', Buffer.alloc(700_000, 'pause')]]);
  const diffId = `sha256:${sha256(layer)}`;
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } }),
  );
  const name = `${sha256(config)}.json`;
  const manifest = [{ Config: name, RepoTags: ['registry.Xcloud.com/public/pause:1.0.2'], Layers: ['1/layer.tar'] }];
  const members = [
    [name, config],
    ['1/layer.tar', layer],
    ['manifest.json', Buffer.from(JSON.stringify(manifest))],
  ];
  writeFileSync(path, await tar(members));
}

async function tar(members) {
  const archive = pack();
  for (const [name, bytes] of members) archive.entry({ name, mtime: new Date(0) }, bytes);
  archive.finalize();
  const chunks = [];
  for await (const chunk of archive) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
