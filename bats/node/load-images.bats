#!/usr/bin/env bats
# node/load-images.sh (Q6), with a docker client that takes nothing but what docker 1.11 takes.
# shellcheck disable=SC2030,SC2031 # each test sets variables of its own, in its own process

load helper

NAME=registry.example.com/public/pause:1.0.2

setup() {
  make_bundle
  make_script node/load-images.sh load-images.sh load_images_main \
    "readonly KB_DOCKER_SOCKET='/run/docker of guide.sock'" "readonly KB_PAUSE_IMAGE=$NAME" "readonly -a KB_IMAGES=(pause.tar $NAME)"
  SCRIPT=$BUNDLE/node/load-images.sh
  # What the stand-in of the daemon has: names, one a line; and a name and an ID a line, where a test wants one.
  DAEMON="$BUNDLE/daemon"
  mkdir "$DAEMON"
  : >"$DAEMON/names"
  : >"$DAEMON/ids"
  : >"$DAEMON/loads-ids"
  write_client
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
if [[ -e $daemon/hangs ]]; then exec sleep 100; fi
if [[ ! -e $daemon/names ]]; then
  echo 'Cannot connect to the Docker daemon. Is the docker daemon running on this host?' >&2
  exit 1
fi
case "$1 $#" in
  'version 1') echo 'Server: 1.11.2' ;;
  'inspect 4')
    [[ $2 == --type=image && $3 == '--format={{.Id}}' ]] || exit 96
    if [[ -e $daemon/broken ]]; then echo 'Error response from daemon: open /x: input/output error' >&2; exit 1; fi
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
    if [[ -e $daemon/slow ]]; then exec sleep "$(<"$daemon/slow")"; fi
    if [[ -e $daemon/full ]]; then
      echo 'Error processing tar file(exit status 1): write /layer.tar: no space left on device' >&2
      exit 1
    fi
    cat "$daemon/loads" >>"$daemon/names"
    cat "$daemon/loads-ids" >>"$daemon/ids"
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
  mkdir "$folder"
  echo "$1" >"$folder/${2:-manifest.json}"
  (cd "$folder" && tar cf "$BUNDLE/images/pause.tar" "${2:-manifest.json}")
}

# The IDs of ours and of another image.
OURS=sha256:aaaaaaaaaaaa0000000000000000000000000000000000000000000000000000
OTHER=sha256:bbbbbbbbbbbb0000000000000000000000000000000000000000000000000000

# known ID: the compiler knew the image.
known() {
  printf '%s\t%s\t%s\n' other.tar example.com/other:1 "$OTHER" pause.tar "$NAME" "$1" >"$BUNDLE/lib/images.tsv"
}

calls() {
  grep -c "unix:///run/docker of guide.sock $1" "$DAEMON/calls" || true
}

@test "help, usage, wrong host, not root" {
  help_is_fine node/load-images.sh
  refusals_are_fine node/load-images.sh
  run "$KB_BASH" "$SCRIPT" --timeout soon
  status_is 2
}

@test "Q6: an image that docker lacks is loaded, and then it holds it" {
  archive x
  echo "$NAME" >"$DAEMON/loads"
  run env DOCKER_HOST=tcp://elsewhere:1 DOCKER_TLS_VERIFY=1 "$KB_BASH" "$SCRIPT"
  status_is 0
  has "Loaded $NAME."
  [[ $(calls load) == 1 ]]
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  has "docker holds $NAME already."
  [[ $(calls load) == 1 ]]
}

@test "Q6: a file that is missing is no matter when docker holds the image" {
  echo "$NAME" >"$DAEMON/names"
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  has 'already'
  lacks 'not in this bundle'
}

@test "Q6: file and image missing: 0, with the warning" {
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  has "images/pause.tar is not in this bundle: kubelet will pull $NAME from the registry; if the registry is down, pods stay Pending (Q6)."
  has "docker save -o pause.tar $NAME"
}

@test "the archive holds other names: 1, which ones, and the docker tag to type" {
  archive '[{"Config":"c.json","RepoTags":["google/pause:latest"],"Layers":[]}]'
  echo google/pause:latest >"$DAEMON/loads"
  run "$KB_BASH" "$SCRIPT"
  status_is 1
  has "it does not hold $NAME. It holds: google/pause:latest."
  has "tar xOf '$BUNDLE/images/pause.tar' manifest.json"
  has "tag google/pause:latest $NAME"
}

@test "the same for an archive of docker before 1.10, and for one without names" {
  archive '{"google/pause":{"1.0":"0123"}}' repositories
  : >"$DAEMON/loads"
  run "$KB_BASH" "$SCRIPT"
  status_is 1
  has 'It holds: google/pause:1.0.'
  rm -r "$BATS_TEST_TMPDIR/archive"
  archive '[{"Config":"c.json","RepoTags":null,"Layers":[]}]'
  run "$KB_BASH" "$SCRIPT"
  status_is 1
  has 'no name that I can read'
  has "tag ID $NAME"
}

@test "Q6: the image of that name is ours, by its ID: not loaded" {
  archive x
  known "$OURS"
  echo "$NAME" >"$DAEMON/names"
  echo "$NAME $OURS" >"$DAEMON/ids"
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  has "docker holds $NAME already."
  [[ $(calls load) == 0 ]]
}

@test "Q6: another image has the name: ours is loaded over it, and is there then" {
  archive x
  known "$OURS"
  echo "$NAME" | tee "$DAEMON/names" >"$DAEMON/loads"
  echo "$NAME $OTHER" >"$DAEMON/ids"
  echo "$NAME $OURS" >"$DAEMON/loads-ids"
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  has "docker holds another image under the name $NAME: bbbbbbbbbbbb instead of aaaaaaaaaaaa. Ours takes the name."
  has "Loaded $NAME."
  [[ $(calls load) == 1 ]]
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  has "docker holds $NAME already."
  [[ $(calls load) == 1 ]]
}

@test "another image has the name, and ours is not in the bundle: 0, with the warning" {
  known "$OURS"
  echo "$NAME" >"$DAEMON/names"
  echo "$NAME $OTHER" >"$DAEMON/ids"
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  has "bbbbbbbbbbbb instead of aaaaaaaaaaaa, and images/pause.tar is not in this bundle: pods get that one."
  lacks already
}

@test "the archive was exchanged for one with another image: 1, and how to see it" {
  archive x
  known "$OURS"
  echo "$NAME" >"$DAEMON/loads"
  echo "$NAME $OTHER" >"$DAEMON/loads-ids"
  run "$KB_BASH" "$SCRIPT"
  status_is 1
  has "images/pause.tar was loaded, but $NAME is the image bbbbbbbbbbbb in docker, not aaaaaaaaaaaa"
  has "cd '$BUNDLE' && sha256sum -c --quiet SHA256SUMS"
}

@test "docker does not answer: 1, start-docker.sh first" {
  rm "$DAEMON/names"
  run "$KB_BASH" "$SCRIPT"
  status_is 1
  has 'docker does not answer at unix:///run/docker of guide.sock'
  has 'Cannot connect to the Docker daemon'
  has "'$BUNDLE/node/start-docker.sh'"
}

@test "a docker that hangs is given up on" {
  touch "$DAEMON/hangs"
  sed -i 's/run_docker 10 version/run_docker 1 version/' "$BUNDLE/lib/load-images.sh"
  run timeout 20 "$KB_BASH" "$SCRIPT"
  status_is 1
  has 'docker does not answer'
}

@test "a load that takes too long is given up on" {
  archive x
  echo 60 >"$DAEMON/slow"
  run timeout 20 "$KB_BASH" "$SCRIPT" --timeout 1
  status_is 1
  has 'docker did not load images/pause.tar within 1 s'
  has "'$BUNDLE/node/load-images.sh' --timeout 4"
}

@test "a load that fails: 1, with docker's own words" {
  archive x
  touch "$DAEMON/full"
  run "$KB_BASH" "$SCRIPT"
  status_is 1
  has 'no space left on device'
  has 'df -h'
}

@test "a docker that answers nonsense: 1, not a second load" {
  archive x
  touch "$DAEMON/broken"
  run "$KB_BASH" "$SCRIPT"
  status_is 1
  has 'does not say whether it holds'
  has 'input/output error'
  [[ $(calls load) == 0 ]]
}

@test "no client in the bundle: 2; nothing to load: 0" {
  rm "$BUNDLE/bin/docker"
  run "$KB_BASH" "$SCRIPT"
  status_is 2
  has 'bin/docker is not in this bundle'
  sed -i 's/^readonly -a KB_IMAGES=.*/readonly -a KB_IMAGES=()/' "$SCRIPT"
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  has 'no images to load'
}

@test "two at once: loaded once" {
  archive x
  echo "$NAME" >"$DAEMON/loads"
  for _ in 1 2 3; do
    "$KB_BASH" "$SCRIPT" >/dev/null 3>&- &
  done
  wait
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  [[ $(calls load) == 1 ]]
}

@test "several images: one after the other" {
  sed -i 's/^readonly -a KB_IMAGES=.*/readonly -a KB_IMAGES=(none.tar example.com\/none:1 pause.tar x:1)/' "$SCRIPT"
  archive x
  echo x:1 >"$DAEMON/loads"
  run "$KB_BASH" "$SCRIPT"
  status_is 0
  has 'images/none.tar is not in this bundle'
  has 'Loaded x:1.'
}

@test "Q6: --pause --quiet, as a timer runs it: silent while docker holds the image" {
  archive x
  known "$OURS"
  echo "$NAME" >"$DAEMON/names"
  echo "$NAME $OURS" >"$DAEMON/ids"
  run "$KB_BASH" "$SCRIPT" --pause --quiet
  status_is 0
  [[ -z $output && $(calls load) == 0 ]]
}

@test "Q6: --pause --quiet loads the pause image that the kubelet has cleaned away, and no other, and says so" {
  sed -i "s|^readonly -a KB_IMAGES=.*|readonly -a KB_IMAGES=(pause.tar $NAME other.tar example.com/other:1)|" "$SCRIPT"
  archive x
  cp "$BUNDLE/images/pause.tar" "$BUNDLE/images/other.tar"
  echo "$NAME" >"$DAEMON/loads"
  run "$KB_BASH" "$SCRIPT" --pause --quiet
  status_is 0
  has "Loaded $NAME."
  lacks other
  [[ $(calls load) == 1 ]]
  run "$KB_BASH" "$SCRIPT" --pause --quiet
  [[ -z $output ]]
}

@test "--quiet: a docker that was stopped needs nothing; one of ours that does not answer is said" {
  archive x
  rm "$DAEMON/names"
  run "$KB_BASH" "$SCRIPT" --pause --quiet
  status_is 0
  [[ -z $output ]]
  sleep 100 3>&- &
  local pid=$!
  printf '%s\n' "$pid" "$(awk '{ print $22 }' "/proc/$pid/stat")" "$(</proc/sys/kernel/random/boot_id)" >"$BUNDLE/run/docker.pid"
  run "$KB_BASH" "$SCRIPT" --pause --quiet
  kill "$pid"
  status_is 1
  has 'docker does not answer'
}

@test "--quiet: an image that is neither here nor in docker is for the kubelet's start to say" {
  run "$KB_BASH" "$SCRIPT" --pause --quiet
  status_is 0
  [[ -z $output ]]
}
