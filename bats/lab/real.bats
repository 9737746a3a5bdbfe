#!/usr/bin/env bats
# What only the real programs of 2016 can show, for stand-ins make no iptables rules, no overlay and no containers beside
# the pause: pods that serve, from an image of the private registry, reached from every host.

bats_require_minimum_version 1.5.0
load lab

HOSTS=(sandbox-1 sandbox-2 sandbox-3)
PORT=30080
IMAGE=registry.example.com:5000/public/web:1

setup_file() {
  [[ -n ${KUBEBALE_LAB_BIN-} ]] || return 0
  lab_folder
  lab_programs
  guide_spec real
  lab_up
}

teardown_file() {
  [[ -z ${LAB-} ]] || lab_down
}

setup() {
  [[ -z ${LAB-} ]] || lab_names
}

# web_tar: a root file system with busybox and the libraries it was linked with.
web_tar() {
  local folder=$LAB/web busybox library
  busybox=$(type -P busybox)
  mkdir -p "$folder/bin" "$folder/www"
  cp -- "$busybox" "$folder/bin/busybox"
  for library in $(ldd "$busybox" 2>/dev/null | grep -o '/[^ ]*'); do cp -L --parents -- "$library" "$folder"; done
  tar c -C "$folder" .
}

# create KIND NAME SPEC: an object, by kubectl of sandbox-2.
create() {
  printf '{ "kind": "%s", "apiVersion": "v1", "metadata": { "name": "%s" }, "spec": %s }\n' \
    "$1" "$2" "$3" >"$(lab folder sandbox-2)/root/$2-$1.json"
  on sandbox-2 /root/real/bin/kubectl create -f "/root/$2-$1.json"
}

# Plain HTTP by hand: wget of a static busybox ends with a segmentation fault, and curl may not be there.
GET='printf "GET / HTTP/1.0\r\n\r\n"'
BASH_GET='exec 3<>"/dev/tcp/$1/$2"; '$GET' >&3; timeout 3 cat <&3 | grep ^web-'

# answers ADDRESS PORT: a pod's name, as an outside machine sees it.
answers() {
  lab switch timeout 5 bash -c "$BASH_GET" bash "$@"
}

# answers_on HOST ADDRESS PORT: as that host sees it.
answers_on() {
  local host=$1
  shift
  on "$host" timeout 5 bash -c "$BASH_GET" bash "$@"
}

# answers_in HOST CONTAINER ADDRESS PORT: as a pod on that host sees it.
answers_in() {
  on "$1" /root/real/bin/docker exec "$2" /bin/busybox sh -c \
    "$GET"' | /bin/busybox nc -w 3 "$1" "$2" | /bin/busybox grep ^web-' sh "$3" "$4"
}

@test "no program of the stack is a stand-in, but those that KUBEBALE_LAB_BIN lacks" {
  needs_real kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy flanneld etcd
  cat "$LAB/rehearsal.txt"
  for unit in etcd flanneld-server kube-apiserver kube-controller-manager kube-scheduler flanneld docker kubelet kube-proxy; do
    grep -E "^$unit +3 of 3 " "$LAB/rehearsal.txt"
    run ! grep -E "^$unit .* a stand-in" "$LAB/rehearsal.txt"
  done
  all_healthy "${HOSTS[@]}"
}

@test "an image of the private registry runs as pods on all nodes, their sandboxes from the registry's pause image" {
  needs_real kubelet kube-scheduler kube-controller-manager
  local host
  registry_start
  web_tar | on sandbox-1 /root/real/bin/docker import - "$IMAGE"
  on sandbox-1 /root/real/bin/docker push "$IMAGE"
  create ReplicationController web '{
    "replicas": 6,
    "selector": { "app": "web" },
    "template": {
      "metadata": { "labels": { "app": "web" } },
      "spec": {
        "containers": [{
          "name": "web",
          "image": "'"$IMAGE"'",
          "command": ["/bin/busybox", "sh", "-c",
            "/bin/busybox hostname >/www/index.html; exec /bin/busybox httpd -f -p 8080 -h /www"],
          "ports": [{ "containerPort": 8080 }]
        }]
      }
    }
  }'
  eventually 180 pods_running 6
  for host in "${HOSTS[@]}"; do
    [[ $(pods_on "$host") -ge 1 ]]
    run -0 on "$host" /root/real/bin/docker ps --filter "ancestor=$NAME" --format '{{.Names}}'
    [[ $output == *k8s_POD*web* ]]
  done
}

@test "pods reach pods of other hosts, over flannel's own backend" {
  needs_real flanneld kubelet
  local host address container
  run -0 on sandbox-1 ip -4 -o addr
  printf '%s\n' "$output"
  [[ $output =~ flannel ]]
  for host in "${HOSTS[@]}"; do
    container=$(on "$host" /root/real/bin/docker ps --filter "ancestor=$IMAGE" -q | head -n 1)
    for address in $(pod_addresses); do
      eventually 30 answers_in "$host" "$container" "$address" 8080
    done
  done
}

@test "a NodePort service answers on every host, and its cluster address from every host" {
  needs_real kube-proxy kubelet
  local host address
  create Service web '{
    "type": "NodePort",
    "selector": { "app": "web" },
    "ports": [{ "port": 80, "targetPort": 8080, "nodePort": '$PORT' }]
  }'
  for host in 10.207.182.18 10.207.182.19 10.207.182.20; do
    eventually 60 answers "$host" "$PORT"
  done
  address=$(on sandbox-2 /root/real/bin/kubectl get services web -o json |
    node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).spec.clusterIP')
  for host in "${HOSTS[@]}"; do eventually 30 answers_on "$host" "$address" 80; done
}

# answers_twelve_times ADDRESS: iptables picks a pod by chance, so a dead one among six would show.
answers_twelve_times() {
  local try
  for ((try = 0; try < 12; try++)); do answers "$1" "$PORT" || return 1; done
}

@test "a host is lost: its pods run elsewhere, the service answers on the others; it comes back" {
  needs_real kube-proxy kubelet kube-controller-manager
  local host
  lab halt sandbox-3
  eventually 120 pods_running_off 6 sandbox-3
  for host in 10.207.182.18 10.207.182.19; do eventually 60 answers_twelve_times "$host"; done
  lab boot sandbox-3
  run script sandbox-3 start.sh --timeout 120
  printf '%s\n' "$output"
  [[ $status -eq 0 ]]
  eventually 60 nodes_ready 3
  eventually 60 answers 10.207.182.20 "$PORT"
  all_healthy "${HOSTS[@]}"
}
