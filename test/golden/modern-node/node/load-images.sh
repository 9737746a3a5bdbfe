#!/usr/bin/env bash
# Loads the images of this bundle into docker, the pause image first of all (G10).
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
readonly KB_DOCKER_SOCKET=/var/run/docker.sock
# The one that each pod needs.
readonly KB_PAUSE_IMAGE=registry.example:5000/public/pause:1.0.2

# File in images/ and the name that docker has to know it by.
readonly -a KB_IMAGES=(
  pause.tar registry.example:5000/public/pause:1.0.2
)

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/load-images.sh
. "$KB_ROOT/lib/load-images.sh"
load_images_main "$@"
