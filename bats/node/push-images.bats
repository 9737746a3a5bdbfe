#!/usr/bin/env bats
# node/push-images.sh, with a docker client that takes nothing but what docker 1.11 takes.
# shellcheck disable=SC2030,SC2031 # each test sets variables of its own, in its own process

load helper

REGISTRY=registry.example.com:5000
NAME=$REGISTRY/public/pause:1.0.2

setup() {
  make_bundle
  make_push "pause.tar $NAME"
  # What the stand-in of the daemon has: names, one a line; a name and an ID a line, where a test wants one; and what
  # was pushed.
  DAEMON="$BUNDLE/daemon"
  mkdir "$DAEMON"
  : >"$DAEMON/names"
  : >"$DAEMON/ids"
  : >"$DAEMON/loads-ids"
  : >"$DAEMON/pushed"
  write_client
}

# make_push WORDS: the script for these pairs.
make_push() {
  make_script node/push-images.sh push-images.sh push_images_main \
    "readonly KB_DOCKER_SOCKET='/run/docker of guide.sock' KB_REGISTRY=$REGISTRY" "readonly -a KB_IMAGES=($1)"
  SCRIPT=$BUNDLE/node/push-images.sh
}

write_client() {
  cat >"$BUNDLE/bin/docker" <<'CLIENT'
#!/bin/bash
daemon=$(dirname "$(dirname "$(readlink -f "$0")")")/daemon
printf '%s\n' "$*" >>"$daemon/calls"
for name in DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CONFIG DOCKER_API_VERSION; do
  [[ -z ${!name:-} ]] || { echo "$name is set"; exit 98; }
done
[[ $1 == -H && $2 == 'unix:///run/docker of guide.sock' ]] || { echo "flag provided but not defined: $1 $2"; exit 97; }
[[ ! -e /proc/$$/fd/8 ]] || { echo 'the lock is open'; exit 89; }
shift 2
config=none
if [[ $1 == --config ]]; then
  [[ -f $2/config.json ]] || exit 93
  config=$(<"$2/config.json")
  shift 2
fi
if [[ ! -e $daemon/names ]]; then
  echo 'Cannot connect to the Docker daemon. Is the docker daemon running on this host?' >&2
  exit 1
fi
case "$1 $#" in
  'version 1') echo 'Server: 1.11.2' ;;
  'inspect 4')
    [[ $2 == --type=image && $3 == '--format={{.Id}}' ]] || exit 96
    if ! grep -qxF -- "$4" "$daemon/names"; then
      echo "Error: No such image: $4" >&2
      echo
      exit 1
    fi
    echo 'WARNING: what a client may warn of' >&2
    # A load moves a name: the last line counts.
    awk -v name="$4" '$1 == name { id = $2 } END { print id ? id : "sha256:0" }' "$daemon/ids"
    ;;
  'load 3')
    [[ $2 == -i && -f $3 ]] || exit 95
    cat "$daemon/loads" >>"$daemon/names"
    cat "$daemon/loads-ids" >>"$daemon/ids"
    ;;
  'tag 3')
    grep -qxF -- "$2" "$daemon/names" || exit 92
    echo "$3" >>"$daemon/names"
    awk -v from="$2" -v to="$3" '$1 == from { print to, $2 }' "$daemon/ids" >"$daemon/tagged"
    cat "$daemon/tagged" >>"$daemon/ids"
    ;;
  'push 2')
    # Without a tag docker 1.11 pushes every tag, and it takes no digest.
    [[ ${2##*/} == *:* && $2 != *@* ]] || exit 91
    grep -qxF -- "$2" "$daemon/names" || exit 90
    if [[ -e $daemon/slow ]]; then exec sleep 60; fi
    if [[ -e $daemon/wants && $config != "$(<"$daemon/wants")" ]]; then
      echo 'unauthorized: authentication required' >&2
      exit 1
    fi
    if [[ -e $daemon/fails ]]; then
      echo "The push refers to a repository [${2%:*}]"
      cat "$daemon/fails" >&2
      exit 1
    fi
    echo "$2" >>"$daemon/pushed"
    ;;
  *)
    echo "docker: '$1' is not a docker command with $# words." >&2
    exit 94
    ;;
esac
CLIENT
  chmod 0755 "$BUNDLE/bin/docker"
}

# archive JSON: images/pause.tar with that manifest.json.
archive() {
  local folder="$BATS_TEST_TMPDIR/archive"
  mkdir -p "$folder"
  echo "$1" >"$folder/manifest.json"
  (cd "$folder" && tar cf "$BUNDLE/images/pause.tar" manifest.json)
}

# The IDs of ours and of another image.
OURS=sha256:aaaaaaaaaaaa0000000000000000000000000000000000000000000000000000
OTHER=sha256:bbbbbbbbbbbb0000000000000000000000000000000000000000000000000000

# known ID [NAME]: the compiler knew the image.
known() {
  printf '%s\t%s\t%s\n' pause.tar "${2:-$NAME}" "$1" >"$BUNDLE/lib/images.tsv"
}

push() {
  run env DOCKER_HOST=tcp://elsewhere:1 DOCKER_CONFIG=/elsewhere timeout 20 "$KB_BASH" "$SCRIPT" "$@"
}

pushed_are() {
  [[ $(tr '\n' ' ' <"$DAEMON/pushed") == "${*:+$* }" ]]
}

@test "push-images.sh: help, usage, wrong host, not root" {
  help_is_fine node/push-images.sh
  refusals_are_fine node/push-images.sh
  push --timeout soon
  status_is 2
}

@test "an image that docker lacks is loaded, then pushed; a second time too" {
  archive '[]'
  echo "$NAME" >"$DAEMON/loads"
  push
  status_is 0
  has "$NAME is in the registry."
  pushed_are "$NAME"
  push
  status_is 0
  [[ $(grep -c ' load ' "$DAEMON/calls") == 1 ]]
}

@test "an archive under another name is tagged, when it has only one" {
  archive '[{"Config":"c.json","RepoTags":["google/pause:latest"],"Layers":[]}]'
  echo google/pause:latest >"$DAEMON/loads"
  push
  status_is 0
  has "images/pause.tar holds google/pause:latest: tagging that $NAME."
  pushed_are "$NAME"
}

@test "another image has the name: ours is loaded over it, and pushed" {
  archive '[]'
  known "$OURS"
  echo "$NAME" | tee "$DAEMON/names" >"$DAEMON/loads"
  echo "$NAME $OTHER" >"$DAEMON/ids"
  echo "$NAME $OURS" >"$DAEMON/loads-ids"
  push
  status_is 0
  has "docker holds another image under the name $NAME: bbbbbbbbbbbb instead of aaaaaaaaaaaa."
  pushed_are "$NAME"
  push
  status_is 0
  lacks 'another image'
  [[ $(grep -c ' load ' "$DAEMON/calls") == 1 ]]
}

@test "another image has the name, and ours is not in the bundle: 1, and it is not pushed" {
  known "$OURS"
  echo "$NAME" >"$DAEMON/names"
  echo "$NAME $OTHER" >"$DAEMON/ids"
  push
  status_is 1
  has "images/pause.tar is not in this bundle, and docker holds another image under the name $NAME"
  pushed_are
}

@test "an archive that was exchanged is not pushed, whatever name its image has" {
  known "$OURS"
  archive '[]'
  echo "$NAME" >"$DAEMON/loads"
  echo "$NAME $OTHER" >"$DAEMON/loads-ids"
  push
  status_is 1
  has "$NAME is the image bbbbbbbbbbbb in docker, not aaaaaaaaaaaa"
  archive '[{"Config":"c.json","RepoTags":["google/pause:latest"],"Layers":[]}]'
  : >"$DAEMON/names"
  echo google/pause:latest >"$DAEMON/loads"
  echo "google/pause:latest $OTHER" >"$DAEMON/loads-ids"
  push
  status_is 1
  has "google/pause:latest is the image bbbbbbbbbbbb in docker, not aaaaaaaaaaaa"
  [[ $(grep -c ' tag ' "$DAEMON/calls") == 0 ]]
  pushed_are
}

@test "the ID is that of the name in the specification, which may have a digest or no tag" {
  make_push "pause.tar $REGISTRY/a@sha256:0123"
  known "$OURS" "$REGISTRY/a@sha256:0123"
  archive '[]'
  echo "$REGISTRY/a:latest" | tee "$DAEMON/names" >"$DAEMON/loads"
  echo "$REGISTRY/a:latest $OTHER" >"$DAEMON/ids"
  echo "$REGISTRY/a:latest $OURS" >"$DAEMON/loads-ids"
  push
  status_is 0
  has 'another image'
  pushed_are "$REGISTRY/a:latest"
}

@test "an archive with several other names, or none: 1, with the docker tag to type" {
  archive '[{"Config":"c.json","RepoTags":["a/b:1","a/c:2"],"Layers":[]}]'
  printf '%s\n' a/b:1 a/c:2 >"$DAEMON/loads"
  push
  status_is 1
  has "It holds: a/b:1 a/c:2."
  has "tag a/b:1 $NAME"
  pushed_are
  archive '[{"Config":"c.json","RepoTags":null,"Layers":[]}]'
  push
  status_is 1
  has 'no name that I can read'
}

@test "an image of another registry is skipped with a warning, the others are pushed" {
  make_push "other.tar quay.io/a/b:1 pause.tar $NAME"
  printf '%s\n' quay.io/a/b:1 "$NAME" >"$DAEMON/names"
  push
  status_is 0
  has "quay.io/a/b:1 is not named after the registry $REGISTRY"
  pushed_are "$NAME"
}

@test "a name without a tag is latest, a digest behind the tag is left out" {
  make_push "a.tar $REGISTRY/a b.tar $REGISTRY/b:2@sha256:0123"
  printf '%s\n' "$REGISTRY/a:latest" "$REGISTRY/b:2" >"$DAEMON/names"
  push
  status_is 0
  pushed_are "$REGISTRY/a:latest" "$REGISTRY/b:2"
}

@test "an image that is nowhere: 1 at the end, after the others" {
  make_push "gone.tar $REGISTRY/gone:1 pause.tar $NAME"
  echo "$NAME" >"$DAEMON/names"
  push
  status_is 1
  has "$REGISTRY/gone:1 (images/gone.tar)"
  pushed_are "$NAME"
}

@test "the credentials of the bundle are used; without them it says how to log in" {
  echo "$NAME" >"$DAEMON/names"
  echo secret >"$DAEMON/wants"
  push
  status_is 1
  has 'The registry wants credentials, and this bundle has none.'
  has "--config '$BUNDLE/node/kubelet-home/.docker' login $REGISTRY"
  mkdir -p "$BUNDLE/node/kubelet-home/.docker"
  echo other >"$BUNDLE/node/kubelet-home/.docker/config.json"
  push
  status_is 1
  has 'The registry refuses the credentials of this bundle'
  lacks other
  echo secret >"$BUNDLE/node/kubelet-home/.docker/config.json"
  push
  status_is 0
  lacks secret
  pushed_are "$NAME"
}

@test "a registry that speaks http to a daemon that does not know: --insecure-registry" {
  echo "$NAME" >"$DAEMON/names"
  local words
  for words in 'http: server gave HTTP response to HTTPS client' 'tls: oversized record received with length 20527'; do
    echo "Get https://$REGISTRY/v1/_ping: $words" >"$DAEMON/fails"
    push
    status_is 1
    has "$words"
    has "without --insecure-registry=$REGISTRY."
    has "node/start-docker.sh' --print"
  done
}

@test "other failures: the cause in plain words, with docker's own" {
  echo "$NAME" >"$DAEMON/names"
  local words cure
  while IFS='|' read -r words cure; do
    echo "Get https://$REGISTRY/v2/: $words" >"$DAEMON/fails"
    push
    status_is 1
    has "$words"
    has "$cure"
  done <<'CASES'
dial tcp 192.0.2.1:5000: connection refused|The registry does not answer
dial tcp: lookup registry.example.com: no such host|update-hosts.sh; getent hosts registry.example.com
x509: certificate signed by unknown authority|/etc/docker/certs.d/registry.example.com:5000/ca.crt
denied: requested access to the resource is denied|Log in, with a user that may push
write /data: no space left on device|log/docker.log
CASES
}

@test "a push that takes too long is given up on" {
  echo "$NAME" >"$DAEMON/names"
  touch "$DAEMON/slow"
  push --timeout 1
  status_is 1
  has "docker did not push $NAME within 1 s"
  has "'$BUNDLE/node/push-images.sh' --timeout 4"
}

@test "docker does not answer, no client in the bundle, nothing to push" {
  rm "$DAEMON/names"
  push
  status_is 1
  has 'docker does not answer'
  rm "$BUNDLE/bin/docker"
  push
  status_is 2
  has 'bin/docker is not in this bundle'
  make_push ''
  push
  status_is 0
  has 'no images to push'
}
