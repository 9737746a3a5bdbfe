#!/usr/bin/env bash
# Pushes the images of this bundle to the private registry: once, from any host that runs docker.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-1 KB_ADDRESS=10.207.182.18
readonly KB_DOCKER_SOCKET=/var/run/docker.sock KB_REGISTRY=registry.Xcloud.com

# File in images/ and the name that docker has to know it by.
readonly -a KB_IMAGES=(
  pause.tar registry.Xcloud.com/public/pause:1.0.2
)

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/push-images.sh
. "$KB_ROOT/lib/push-images.sh"
push_images_main "$@"
