#!/usr/bin/env bats
# fetch, compile and run: the distribution's programs, packed as the official archives are and served over HTTP, and an
# image from a real registry, become tarballs whose programs run on three hosts.

bats_require_minimum_version 1.5.0
load hosts

SERVER=10.207.184.9
REGISTRY=$SERVER:5000
NAME=registry.example.com/public/pause:1.0.2

setup_file() {
  PROJECT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  KUBEBALE=$PROJECT/dist/cli/main.js
  export PROJECT KUBEBALE HOSTS_FOLDER HOSTS_SWITCH KUBEBALE_CACHE
  hosts_make server=$SERVER/24 sandbox-1=10.207.184.18/24 sandbox-2=10.207.184.19/24 sandbox-3=10.207.184.20/24
  printf '%s\n' "${HOSTS_NAMES[@]}" >"$HOSTS_FOLDER/names"
  KUBEBALE_CACHE=$HOSTS_FOLDER/cache
  SPEC=$HOSTS_FOLDER/cluster/cluster.json
  export SPEC
  mkdir "$HOSTS_FOLDER/cluster" "$HOSTS_FOLDER/www"
  pack_archives
  start_servers
  write_spec
}

teardown_file() {
  mapfile -t HOSTS_NAMES <"$HOSTS_FOLDER/names"
  hosts_remove
}

# program NAME: the distribution's, wherever it is.
program() {
  PATH=/usr/bin:/usr/sbin:/bin:/sbin type -P "$1"
}

# The layouts of the official archives (docs/artifacts.md). No kube-* and no flanneld can be had: busybox stands for them.
pack_archives() {
  local folder=$HOSTS_FOLDER/pack name
  ETCD_RELEASE=$(etcd --version | awk '/^etcd Version/ {print $3}')
  DOCKER_RELEASE=$(dockerd --version | sed 's/Docker version \([0-9.]*\).*/\1/')
  export ETCD_RELEASE DOCKER_RELEASE
  mkdir -p "$folder/etcd-v$ETCD_RELEASE-linux-amd64" "$folder/docker" "$folder/flannel-0.5.5" "$folder/kubernetes/server/bin"
  cp "$(program etcd)" "$(program etcdctl)" "$folder/etcd-v$ETCD_RELEASE-linux-amd64"
  for name in docker dockerd docker-init docker-proxy containerd containerd-shim containerd-shim-runc-v2 ctr runc; do
    cp "$(program "$name")" "$folder/docker/$name"
  done
  cp "$(type -P busybox)" "$folder/flannel-0.5.5/flanneld"
  for name in kube-apiserver kube-controller-manager kube-scheduler kubectl kubelet kube-proxy; do
    cp "$(type -P busybox)" "$folder/kubernetes/server/bin/$name"
  done
  # What the real archive holds too, and nobody needs.
  head -c 1000000 /dev/urandom >"$folder/kubernetes/server/bin/kube-apiserver.tar"
  cd "$folder"
  tar czf "$HOSTS_FOLDER/www/etcd-v$ETCD_RELEASE-linux-amd64.tar.gz" "etcd-v$ETCD_RELEASE-linux-amd64"
  tar czf "$HOSTS_FOLDER/www/docker-$DOCKER_RELEASE.tgz" docker
  tar czf "$HOSTS_FOLDER/www/flannel-0.5.5-linux-amd64.tar.gz" flannel-0.5.5
  mkdir -p outer/kubernetes/server
  tar czf outer/kubernetes/server/kubernetes-server-linux-amd64.tar.gz kubernetes
  tar czf "$HOSTS_FOLDER/www/kubernetes.tar.gz" -C outer kubernetes
  cd "$PROJECT"
}

start_servers() {
  on server node "$PROJECT/bats/fixtures/file-server.mjs" "$HOSTS_FOLDER/www" "$SERVER" 8000 >/dev/null 2>&1 3>&- &
  disown
  cat >"$HOSTS_FOLDER/registry.yml" <<YAML
version: 0.1
storage: { filesystem: { rootdirectory: $HOSTS_FOLDER/registry } }
http: { addr: $REGISTRY }
YAML
  on server docker-registry serve "$HOSTS_FOLDER/registry.yml" >"$HOSTS_FOLDER/registry.log" 2>&1 3>&- &
  disown
  wait_until on server bash -c ": </dev/tcp/$SERVER/5000 && : </dev/tcp/$SERVER/8000"
  on server node "$PROJECT/bats/fixtures/push-image.mjs" "$REGISTRY" made/pause:0.1 "$(type -P busybox)" \
    >"$HOSTS_FOLDER/pushed.json"
}

wait_until() {
  local tries=200
  until "$@" 2>/dev/null; do
    ((tries-- > 0)) || return 1
    sleep 0.1
  done
}

# artifact COMPONENT FILE: an entry of "artifacts" with its hash.
artifact() {
  printf '{ "component": "%s", "url": "http://%s:8000/%s", "sha256": "%s" }' "$1" "$SERVER" "$2" \
    "$(sha256sum "$HOSTS_FOLDER/www/$2" | cut -d ' ' -f 1)"
}

write_spec() {
  cat >"$SPEC" <<JSON
{
  "name": "lab",
  "acceptWarnings": ["KB3106", "KB3107", "KB3306", "KB3601", "KB3602", "KB3603", "KB3604", "KB3605", "KB3804", "KB3008"],
  "releases": { "etcd": "$ETCD_RELEASE", "docker": "$DOCKER_RELEASE" },
  "hosts": [
    { "name": "sandbox-1", "address": "10.207.184.18", "roles": ["etcd", "master", "node"] },
    { "name": "sandbox-2", "address": "10.207.184.19", "roles": ["etcd", "master", "node"] },
    { "name": "sandbox-3", "address": "10.207.184.20", "roles": ["etcd", "node"] }
  ],
  "registry": { "host": "registry.example.com", "pauseImage": "$NAME" },
  "docker": { "socket": "/home/work/docker.sock", "graph": "/home/work/graph" },
  "artifacts": [
    $(artifact kubernetes kubernetes.tar.gz),
    $(artifact etcd "etcd-v$ETCD_RELEASE-linux-amd64.tar.gz"),
    $(artifact flannel flannel-0.5.5-linux-amd64.tar.gz),
    $(artifact docker "docker-$DOCKER_RELEASE.tgz")
  ],
  "images": [{ "name": "$NAME", "from": "$REGISTRY/made/pause:0.1", "insecure": true }]
}
JSON
}

# bundled HOST WORD...: a command with the host's bundle as its folder, on that host.
bundled() {
  local host=$1
  shift
  on "$host" env -C "$HOSTS_FOLDER/$host/bundle/lab" "$@"
}

@test "fetch refuses an image by tag until it is told to trust it" {
  run -1 on server node "$KUBEBALE" fetch "$SPEC"
  printf '%s\n' "$output"
  [[ $output == *KB4010* && $output == *"made/pause:0.1"* && $output == *--trust-first-use* ]]
  [[ ! -e $HOSTS_FOLDER/cluster/cluster.lock.json ]]
}

@test "fetch --dry-run lists what is missing" {
  run -0 --separate-stderr on server node "$KUBEBALE" fetch "$SPEC" --dry-run
  printf '%s\n' "$output"
  [[ $output == *"made/pause:0.1"* ]]
  [[ ! -e $HOSTS_FOLDER/cluster/cluster.lock.json ]]
}

@test "fetch downloads archives, pulls the image, and writes the lock" {
  run -0 on server node "$KUBEBALE" fetch "$SPEC" --trust-first-use --artifacts "$HOSTS_FOLDER/carried"
  printf '%s\n' "$output"
  [[ $(ls "$HOSTS_FOLDER/carried") == *kubernetes.tar.gz*pause.tar* ]]
  [[ -s $HOSTS_FOLDER/cluster/cluster.lock.json ]]
}

@test "lock writes the very same from the files that fetch laid down" {
  cp "$HOSTS_FOLDER/cluster/cluster.lock.json" "$HOSTS_FOLDER/first.json"
  run -0 unshare -n node "$KUBEBALE" lock "$SPEC" --artifacts "$HOSTS_FOLDER/carried"
  cmp "$HOSTS_FOLDER/cluster/cluster.lock.json" "$HOSTS_FOLDER/first.json"
}

@test "compile needs no network, and nothing but the folder and the lock" {
  local expected
  run -0 unshare -n node "$KUBEBALE" compile "$SPEC" --out "$HOSTS_FOLDER/out"
  expected=$(<"$HOSTS_FOLDER/out/lab/SHA256SUMS")
  # As on another machine: the cache is empty there.
  run -0 env KUBEBALE_CACHE="$HOSTS_FOLDER/cache-2" unshare -n node "$KUBEBALE" compile "$SPEC" \
    --artifacts "$HOSTS_FOLDER/carried" --out "$HOSTS_FOLDER/out-2"
  [[ $(<"$HOSTS_FOLDER/out-2/lab/SHA256SUMS") == "$expected" ]]
  run -0 node "$KUBEBALE" verify "$HOSTS_FOLDER/out/lab"
  printf '%s\n' "$output"
}

@test "a byte that is flipped in an archive is found, with the file's name" {
  local file=$HOSTS_FOLDER/carried/kubernetes.tar.gz size place
  cp "$file" "$HOSTS_FOLDER/whole"
  size=$(stat -c %s "$file")
  for place in 0 $((RANDOM * 32768 % size)) $((size - 1)); do
    cp "$HOSTS_FOLDER/whole" "$file"
    node -e '
      const fs = require("node:fs");
      const [file, place] = process.argv.slice(1);
      const bytes = fs.readFileSync(file);
      bytes[place] ^= 1 << Math.floor(Math.random() * 8);
      fs.writeFileSync(file, bytes);' "$file" "$place"
    run -1 node "$KUBEBALE" compile "$SPEC" --artifacts "$HOSTS_FOLDER/carried" --out "$HOSTS_FOLDER/out-3"
    [[ $output == *KB4009* && $(tr -d '\n ' <<<"$output") == *"$file"* ]]
  done
  cp "$HOSTS_FOLDER/whole" "$file"
  [[ ! -e $HOSTS_FOLDER/out-3 ]]
}

@test "the programs of the tarballs run on the hosts" {
  local host
  for host in sandbox-1 sandbox-2 sandbox-3; do
    tar xzf "$HOSTS_FOLDER/out/lab/$host.tar.gz" -C "$HOSTS_FOLDER/$host/bundle"
    bundled "$host" sha256sum -c --quiet SHA256SUMS
    run -0 bundled "$host" bin/etcd --version
    [[ $output == *"$ETCD_RELEASE"* ]]
    for name in dockerd docker containerd runc; do bundled "$host" "bin/$name" --version; done
    bundled "$host" ./update-hosts.sh
  done
  bundled sandbox-1 etcd/start-etcd.sh || [[ $? -eq 3 ]]
  run -0 bundled sandbox-2 etcd/start-etcd.sh
  run -0 bundled sandbox-3 etcd/start-etcd.sh
  run -0 bundled sandbox-1 env ETCDCTL_API=2 bin/etcdctl cluster-health
  [[ $output == *'cluster is healthy'* ]]
}

@test "the bundle's docker loads the bundle's image: the registry's layers under the private registry's name" {
  local folder=$HOSTS_FOLDER/sandbox-1/bundle/lab layers
  nsenter --net=/run/netns/sandbox-1 unshare --mount --propagation private bash -c '
    mount --bind "$1" /home/work
    PATH=$2/bin:$PATH exec dockerd -H unix:///home/work/docker.sock --data-root /home/work/graph \
      --exec-root /home/work/exec -p /home/work/docker.pid --bridge=none --iptables=false --storage-driver=vfs
    ' - "$HOSTS_FOLDER/sandbox-1/work" "$folder" >"$HOSTS_FOLDER/dockerd.log" 2>&1 3>&- &
  disown
  wait_until bundled sandbox-1 bin/docker -H unix:///home/work/docker.sock version
  run -0 bundled sandbox-1 node/load-images.sh
  printf '%s\n' "$output"
  run -0 bundled sandbox-1 bin/docker -H unix:///home/work/docker.sock inspect --format \
    '{{.Id}} {{json .RootFS.Layers}} {{json .RepoTags}}' "$NAME"
  layers=$(node -p 'const p = JSON.parse(require("fs").readFileSync(process.argv[1])); p.id + " " + JSON.stringify(p.layers)' \
    "$HOSTS_FOLDER/pushed.json")
  [[ $output == "$layers [\"$NAME\"]" ]]
}
