#!/usr/bin/env bats
# Images with a real registry and a real docker: what one docker pushed, our code pulls, another docker loads, and
# push-images.sh pushes again. Both dockers and the registry run on one host that is a namespace of this machine.

bats_require_minimum_version 1.5.0
load hosts

# The distribution's client: another one in front of it in PATH may be too new for its daemon.
DOCKER=/usr/bin/docker
ADDRESS=10.207.183.18
REGISTRY=$ADDRESS:5000
NAME=$REGISTRY/public/pause:1.0.2

setup_file() {
  PROJECT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export PROJECT HOSTS_FOLDER HOSTS_SWITCH
  hosts_make images-1=$ADDRESS/24
  start_registry
  start_docker first
  start_docker second

  # An image of one static program, as one makes a pause image.
  mkdir "$HOSTS_FOLDER/root"
  cp "$(type -P busybox)" "$HOSTS_FOLDER/root/busybox"
  tar -C "$HOSTS_FOLDER/root" -c . | docker first import --change 'CMD ["/busybox"]' - "$REGISTRY/made/pause:0.1"
  docker first push "$REGISTRY/made/pause:0.1"

  cat >"$HOSTS_FOLDER/cluster.json" <<JSON
{
  "name": "lab",
  "registry": { "host": "$REGISTRY", "insecure": true, "pauseImage": "$NAME" },
  "docker": { "socket": "$HOSTS_FOLDER/second/docker.sock" },
  "hosts": [{ "name": "images-1", "address": "$ADDRESS", "roles": ["etcd", "master", "node"] }]
}
JSON
  kubebale compile --scripts-only
  tar xzf "$HOSTS_FOLDER/out/lab/images-1.tar.gz" -C "$HOSTS_FOLDER"
  mkdir -p "$HOSTS_FOLDER/lab/bin" "$HOSTS_FOLDER/lab/images"
  cp "$DOCKER" "$HOSTS_FOLDER/lab/bin/docker"
}

teardown_file() {
  # shellcheck disable=SC2034 # hosts_remove reads it; arrays are not exported
  HOSTS_NAMES=(images-1)
  hosts_remove
}

start_registry() {
  cat >"$HOSTS_FOLDER/registry.yml" <<YAML
version: 0.1
storage: { filesystem: { rootdirectory: $HOSTS_FOLDER/registry } }
http: { addr: $REGISTRY }
YAML
  # shellcheck disable=SC2016 # that bash expands them, from its arguments
  on images-1 bash -c 'echo "$$" >"$1.pid"; exec docker-registry serve "$1.yml"' - "$HOSTS_FOLDER/registry" \
    >"$HOSTS_FOLDER/registry.log" 2>&1 3>&- &
  disown
  wait_until on images-1 bash -c ": </dev/tcp/$ADDRESS/5000"
}

# start_docker NAME: a daemon with folders of its own. It wants the machine's cgroups, which are not mounted on the host.
start_docker() {
  local folder=$HOSTS_FOLDER/$1
  mkdir "$folder"
  nsenter --net=/run/netns/images-1 unshare --mount --propagation private \
    dockerd -H "unix://$folder/docker.sock" --data-root "$folder/data" --exec-root "$folder/exec" \
    -p "$folder/docker.pid" --bridge=none --iptables=false --storage-driver=vfs --insecure-registry="$REGISTRY" \
    >"$folder/log" 2>&1 3>&- &
  disown
  wait_until docker "$1" version
}

docker() {
  "$DOCKER" -H "unix://$HOSTS_FOLDER/$1/docker.sock" "${@:2}"
}

# wait_until COMMAND...: for 20 s at most.
wait_until() {
  local tries=100
  until "$@" >/dev/null 2>&1; do
    ((tries-- > 0)) || {
      tail -n 20 "$HOSTS_FOLDER"/*/log "$HOSTS_FOLDER/registry.log" >&2
      return 1
    }
    sleep 0.2
  done
}

# parts DAEMON NAME: an image's ID and layers, as docker shows them.
parts() {
  docker "$1" inspect --type=image --format '{{.Id}} {{json .RootFS.Layers}}' "$2"
}

# archived HOW SOURCE: what our code makes of it. Sets ARCHIVE and PARTS, in the form of parts().
archived() {
  local json
  json=$(on images-1 node "$PROJECT/bats/fixtures/pull-image.mjs" "$1" "$2" "$NAME" "$HOSTS_FOLDER/store")
  ARCHIVE=$(node -p 'JSON.parse(process.argv[1]).path' "$json")
  # shellcheck disable=SC2016 # those are of JavaScript
  PARTS=$(node -p 'const a = JSON.parse(process.argv[1]); `${a.id} ${JSON.stringify(a.layers)}`' "$json")
}

# kubebale COMMAND [OPTION...]: with the cluster, what is in art/, and a cache of its own.
kubebale() {
  local more=(--artifacts "$HOSTS_FOLDER/art" --allow-missing)
  if [[ $* == *--scripts-only* ]]; then more=(); fi
  if [[ $1 == compile ]]; then more+=(--out "$HOSTS_FOLDER/out"); fi
  KUBEBALE_CACHE=$HOSTS_FOLDER/cache node "$PROJECT/dist/cli/main.js" "$1" "$HOSTS_FOLDER/cluster.json" "${@:2}" \
    "${more[@]}" >"$HOSTS_FOLDER/said.txt" 2>&1 || {
    cat "$HOSTS_FOLDER/said.txt" >&2
    return 1
  }
}

script() {
  on images-1 "${KUBEBALE_BASH:-bash}" "$HOSTS_FOLDER/lab/node/$1"
}

@test "an image of a real registry is pulled, and a clean docker loads it: its name, ID and layers" {
  archived pull "$REGISTRY/made/pause:0.1"
  cp "$ARCHIVE" "$HOSTS_FOLDER/lab/images/pause.tar"
  [[ -z $(docker second images -q) ]]
  run -0 script load-images.sh
  printf '%s\n' "$output"
  [[ $(docker second images --format '{{.Repository}}:{{.Tag}}') == "$NAME" ]]
  [[ $(parts second "$NAME") == "$PARTS" ]]
  [[ $(parts second "$NAME") == "$(parts first "$REGISTRY/made/pause:0.1")" ]]
}

@test "an image of the same name with other content is replaced by that of the bundle, before a push too" {
  local lab=$HOSTS_FOLDER/lab which
  mkdir "$HOSTS_FOLDER/art" "$HOSTS_FOLDER/older"
  archived pull "$REGISTRY/made/pause:0.1"
  cp "$ARCHIVE" "$HOSTS_FOLDER/art/pause.tar"
  kubebale lock --trust-first-use
  kubebale compile
  tar xzf "$HOSTS_FOLDER/out/lab/images-1.tar.gz" -C "$HOSTS_FOLDER"
  [[ $(<"$lab/lib/images.tsv") == "pause.tar"$'\t'"$NAME"$'\t'"${PARTS%% *}" ]]
  for which in load-images.sh push-images.sh; do
    date +%N >"$HOSTS_FOLDER/older/file"
    tar -C "$HOSTS_FOLDER/older" -c . | docker second import - "$NAME"
    [[ $(parts second "$NAME") != "$PARTS" ]]
    run -0 script "$which"
    printf '%s\n' "$output"
    [[ $output == *'docker holds another image'* ]]
    [[ $(parts second "$NAME") == "$PARTS" ]]
    run -0 script "$which"
    [[ $output != *'another image'* ]]
  done
}

@test "what docker save writes becomes the very same archive" {
  local pulled
  archived pull "$REGISTRY/made/pause:0.1"
  pulled=$ARCHIVE
  docker first save -o "$HOSTS_FOLDER/saved.tar" "$REGISTRY/made/pause:0.1"
  archived file "$HOSTS_FOLDER/saved.tar"
  [[ $ARCHIVE == "$pulled" ]]
}

@test "what docker export writes is refused, by name" {
  local container
  container=$(docker first create "$REGISTRY/made/pause:0.1")
  docker first export -o "$HOSTS_FOLDER/exported.tar" "$container"
  run -1 archived file "$HOSTS_FOLDER/exported.tar"
  [[ $output == *'docker export'* ]]
}

@test "push-images.sh pushes it to the registry, whence the first docker gets the same image" {
  run -0 script push-images.sh
  printf '%s\n' "$output"
  run -0 script push-images.sh
  run -0 docker first pull "$NAME"
  [[ $(parts first "$NAME") == "$(parts second "$NAME")" ]]
}

@test "push-images.sh says that a registry does not answer" {
  kill "$(<"$HOSTS_FOLDER/registry.pid")"
  run -1 script push-images.sh
  printf '%s\n' "$output"
  [[ $output == *'The registry does not answer'* ]]
}
