#!/usr/bin/env bash
# Builds the images and tries out what docs/deploy.md promises of them, on an engine of yours. Needs Docker 25 with buildx and
# compose v2, curl and jq, and some 25 GB of disk for the whole worker image. Everything it starts has the name of a stack
# of its own and is removed at the end; the images stay.
#
#   scripts/check-images.sh                                  everything
#   WORKER_TARGET=worker-apt scripts/check-images.sh         a worker of Debian's packages: minutes instead of half an hour
#   BUILD_FLAGS='--network host --build-context swift=docker-image://my-swift' scripts/check-images.sh
#   REUSE_IMAGES=1 scripts/check-images.sh                   the images as they were built last time
set -euo pipefail
cd "$(dirname "$0")/.."

# What is set on a host that runs a farm would reach that farm: its passwords would be mounted here, and with its
# COMPOSE_PROJECT_NAME it would itself be taken down at the end. What says how large this host is and where its images are stays.
for name in $(compgen -e); do
  case $name in
  *_IMAGE | *_MEMORY | *_MAXMEMORY | *_PIDS | *_CPUS | *_TMP) ;;
  COMPOSE_* | CRAFTING_* | DATABASE_* | POSTGRES_* | REDIS_*) unset "$name" ;;
  esac
done

readonly TARGET=${WORKER_TARGET:-worker}
readonly API_BYTES_MAX=$((350 * 1000 * 1000))
readonly LOAD_JOBS=12
# From the last renewal of a dead worker's lease to the end of its job are 45 s.
readonly LOST_SECS=120
# Longer than the job that is to end by itself in check_drain.
export CRAFTING_DRAIN_SECS=10
read -ra build_flags <<<"${BUILD_FLAGS:-}"

export CRAFTING_STACK=crafting-check-$$ CRAFTING_NETWORK=crafting-check-$$
export CRAFTING_API_IMAGE=crafting-table-api:check CRAFTING_WORKER_IMAGE=crafting-table-$TARGET:check
export CRAFTING_BIND=127.0.0.1 CRAFTING_PORT=${CHECK_PORT:-18811}
folder=$(mktemp --directory)
skipped=''
repository=$folder/repository
started=$SECONDS

main() {
  need docker curl jq git
  trap clean_up EXIT
  step 'images are built' build_images
  step 'the API image is small, without tools, not root, with a health check' check_api_image
  step 'the worker image is not root, with a health check' check_worker_image
  step 'the stack comes up healthy' bring_up
  step 'toolchains work as the recipes user, with the volumes mounted' run_smoke
  step 'every container is limited' check_limits
  step 'roots are read only, for root too' check_read_only
  step 'stores, API and worker run as users of their own, with the rights they need and no more' check_users
  step 'no volume hides a tool' check_mounts
  step 'containment is shown, and is the subreaper at least' check_containment
  step 'a job passes' check_job
  step 'a recipe finds every tool that smoke.sh looked at' check_tools
  step 'a recipe cannot read the secrets of the worker' check_secrets
  step 'no process outlives its job' check_leftovers
  step 'a worker killed in mid-job is told of truly, and a recipe that wants it is tried again' check_killed_worker
  step 'Postgres and Redis restarted under load lose nothing' check_restarts
  step 'a worker that is stopped in mid-job lets what is short end, and gives back the rest' check_drain
  step 'a stop is graceful, of the stores too' check_stop
  step 'passwords of your own, in a folder, do as well' check_own_secrets
  echo "=== EVERYTHING HOLDS: $TARGET${skipped:+ without$skipped}, $((SECONDS - started)) s ==="
}

step() {
  local title=$1 begun=$SECONDS
  shift
  echo "== $title"
  "$@"
  echo "   ok, $((SECONDS - begun)) s"
}

fail() {
  echo "check-images.sh: $*" >&2
  compose ps --all >&2 || true
  compose logs --no-color --tail 20 >&2 || true
  exit 1
}

need() {
  local program
  for program; do
    command -v "$program" >/dev/null || {
      echo "check-images.sh needs $program" >&2
      exit 2
    }
  done
}

clean_up() {
  compose --profile dev down --volumes --timeout 5 >/dev/null 2>&1 || true
  rm -rf "$folder"
}

# Without the .env beside compose.yml.
compose() {
  docker compose --env-file /dev/null --project-name "$CRAFTING_STACK" --file compose.yml --file "$folder/check.yml" "$@"
}

# --- images ---

build_images() {
  make_repository
  # What the check changes in the stack: the images are there already, and what it builds is in a folder of the worker's.
  cat >"$folder/check.yml" <<END
services:
  api:
    pull_policy: never
    build: !reset null
    environment: { CRAFTING_FILE_REMOTES: '1' }
  worker:
    pull_policy: never
    build: !reset null
END
  compose config --quiet
  if [[ -n ${REUSE_IMAGES:-} ]]; then return; fi
  docker build --quiet "${build_flags[@]}" --file Dockerfile.api --tag "$CRAFTING_API_IMAGE" .
  docker build --quiet "${build_flags[@]}" --platform linux/amd64 --file Dockerfile.worker --target "$TARGET" --tag "$CRAFTING_WORKER_IMAGE" .
}

image() { docker image inspect --format "$2" "$1"; }

check_api_image() {
  local size
  size=$(image "$CRAFTING_API_IMAGE" '{{.Size}}')
  echo "   $((size / 1000000)) MB"
  ((size < API_BYTES_MAX)) || fail "the API image has $size bytes"
  [[ $(image "$CRAFTING_API_IMAGE" '{{.Config.User}}') == 1000:1000 ]] || fail 'the API image runs as root'
  [[ $(image "$CRAFTING_API_IMAGE" '{{json .Config.Healthcheck.Test}}') == *healthz* ]] || fail 'no health check'
  # shellcheck disable=SC2016
  docker run --rm --entrypoint sh "$CRAFTING_API_IMAGE" -c \
    'for tool in git gcc python3 curl; do if command -v $tool; then exit 1; fi; done' || fail 'the API image has tools'
}

check_worker_image() {
  echo "   $(($(image "$CRAFTING_WORKER_IMAGE" '{{.Size}}') / 1000000)) MB"
  [[ $(image "$CRAFTING_WORKER_IMAGE" '{{.Config.User}}') == 1001:1001 ]] || fail 'the worker image runs as root'
  [[ $(image "$CRAFTING_WORKER_IMAGE" '{{json .Config.Healthcheck.Test}}') == *CRAFTING_ALIVE_FILE* ]] || fail 'no health check'
}

# --- the stack ---

bring_up() {
  compose up --detach --wait --wait-timeout 180 >"$folder/up.log" 2>&1 || {
    tail -n 20 "$folder/up.log" >&2
    fail 'the stack does not come up'
  }
  # As a bundle, so that it belongs to the worker: git reads no repository of somebody else.
  git -C "$repository" bundle create --quiet - main |
    compose exec -T worker sh -c 'cat >/data/check.bundle && git clone --quiet --bare /data/check.bundle /data/check.git'
  bearer=$(compose exec -T api cat /data/admin-bearer.txt)
}

run_smoke() {
  compose run --rm --no-deps -T worker smoke.sh >"$folder/smoke.out" 2>"$folder/smoke.err" || {
    cat "$folder/smoke.out" "$folder/smoke.err" >&2
    fail 'smoke.sh is red'
  }
  sed 's/^/   /' "$folder/smoke.out"
  grep --quiet '^as crafter (1000), in /workspace/' "$folder/smoke.out" || fail 'smoke.sh did not run as the recipes user'
  skipped=$(skipped_stages)
  if [[ -z $skipped ]]; then
    [[ $(tail -n 1 "$folder/smoke.out") == '=== ALL TOOLCHAINS GREEN ===' ]] || fail 'not every toolchain is green'
  else
    [[ $TARGET != worker || " ${build_flags[*]} " == *' --build-context '* ]] || fail "the image lacks$skipped"
    [[ $(tail -n 1 "$folder/smoke.out") == '=== GREEN IN PART'* ]] || fail 'not green'
    echo "   without$skipped"
  fi
}

# What smoke.sh could check and this image does not have: nothing, unless it was built so.
skipped_stages() {
  local stages stage
  stages=$(compose run --rm --no-deps -T worker cat /etc/crafting-table/stages 2>/dev/null)
  for stage in $(./smoke.sh --list | awk '{ print $3 }' | sort --unique); do
    grep --quiet --line-regexp --fixed-strings "$stage" <<<"$stages" || printf ' %s' "$stage"
  done
}

container() { compose ps --quiet "$1" | head -n 1; }

check_limits() {
  local service id
  for service in postgres redis api worker; do
    id=$(container "$service")
    docker inspect "$id" | jq --exit-status --arg service "$service" '.[0].HostConfig
      | .Init and .Memory > 0 and .PidsLimit > 0 and .NanoCpus > 0 and (.CapDrop | index("ALL") != null)
        and (.Privileged | not) and ($service == "postgres" or .ReadonlyRootfs)' >/dev/null ||
      fail "$service is not limited as it should be"
  done
}

# To everybody else the owner of a file says no, and that proves nothing.
check_read_only() {
  local service said
  for service in redis api worker; do
    said=$(compose exec -T --user 0:0 "$service" touch /usr/written 2>&1) && fail "the root of $service can be written to"
    [[ $said == *'Read-only file system'* ]] || fail "the root of $service is not read only: $said"
  done
}

# The stores' init stays root, to give their volumes to them and to stop them. The rights of a worker are CHOWN, DAC_OVERRIDE,
# FOWNER, KILL, SETGID and SETUID.
check_users() {
  expect_processes postgres postgres '[1-9]*([0-9]) 0000000000000000'
  expect_processes redis redis-server '[1-9]*([0-9]) 0000000000000000'
  expect_processes api node '1000 0000000000000000'
  expect_processes worker /opt/farm/bin/node '1001 00000000000000eb'
}

expect_processes() {
  local service=$1 program=$2 wanted=$3 found
  found=$(users_and_rights "$service" "$program" | sort --unique) || true
  # shellcheck disable=SC2053 # It is a pattern.
  [[ $found == $wanted ]] || fail "$program of $service runs with user and rights \"$found\" and not \"$wanted\""
}

# The user and the effective rights of each process that was started under this name.
users_and_rights() {
  # shellcheck disable=SC2016
  compose exec -T "$1" sh -c 'for file in $(grep -la "^$1" /proc/[0-9]*/cmdline 2>/dev/null); do
    sed -n "s/^Uid:\t\([0-9]*\).*/\1/p;s/^CapEff:\t//p" "${file%cmdline}status" 2>/dev/null | paste -sd " " -
  done' sh "$2" | grep .
}

check_mounts() {
  local mounts folders mount place
  mounts=$(docker inspect --format '{{range .Mounts}}{{println .Destination}}{{end}}' "$(container worker)" | grep .) ||
    fail 'the volumes of the worker cannot be seen'
  folders=$(tool_folders | grep .) || fail 'the folders of the tools cannot be seen'
  for mount in $mounts; do
    for place in /app /etc/crafting-table /opt /usr $folders; do
      if [[ $place/ == "$mount"/* || $mount/ == "$place"/* ]]; then fail "$mount hides something of $place"; fi
    done
  done
}

# PATH, and where the variables lead that tools are found by.
tool_folders() {
  image "$CRAFTING_WORKER_IMAGE" '{{range .Config.Env}}{{println .}}{{end}}' |
    sed -n -E 's/^(PATH|JAVA_HOME|JAVA_HOME_[0-9]+|DOTNET_ROOT)=//p' | tr : '\n'
}

check_containment() {
  local level
  level=$(call /healthz | jq --raw-output '.workers[0].containment')
  echo "   $level"
  [[ $level == subreaper || $level == pid_namespace ]] || fail "containment is $level"
}

# --- jobs ---

make_repository() {
  git init --quiet --initial-branch main "$repository"
  cat >"$repository/greet.sh" <<'END'
#!/bin/sh
echo "hello as $(id -u) in $PWD, $(git rev-parse --is-inside-work-tree)"
chmod 700 greet.sh && touch own-file
END
  # What a recipe finds when it goes looking for the secrets of its worker, a line for each. Passes when it finds nothing.
  cat >"$repository/spy.sh" <<'END'
#!/bin/sh
look() {
  for place in /run/farm/secrets /run/secrets /data/spools /data/mirrors; do
    ls "$place" 2>/dev/null | sed "s|^|there is $place/|"
  done
  for file in /run/farm/secrets/* /proc/[0-9]*/environ; do
    tr '\0' '\n' 2>/dev/null <"$file" | grep -E 'DATABASE_URL|REDIS_URL|requirepass'
  done
  if [ "$(sed -n 's/^CapEff:\t//p' /proc/self/status)" != 0000000000000000 ]; then echo 'it has rights'; fi
  if [ "$(sed -n 's/^NoNewPrivs:\t//p' /proc/self/status)" != 1 ]; then echo 'it could get new rights'; fi
  if kill -0 1 2>/dev/null; then echo 'it could signal process 1'; fi
  for place in "$(dirname "$0")/.." /workspace /data /data/spools /caches; do
    if touch "$place/spied" 2>/dev/null; then rm "$place/spied" && echo "it can write to $place"; fi
  done
  if mv /tmp/worker-alive /tmp/worker-dead 2>/dev/null; then
    mv /tmp/worker-dead /tmp/worker-alive && echo 'it can take away the sign that the worker lives'
  fi
}
found=$(look)
echo "found: ${found:-nothing}"
test -z "$found"
END
  chmod 755 "$repository"/*.sh
  git -C "$repository" add .
  git -C "$repository" -c user.name=check -c user.email=check@localhost commit --quiet --message check
}

call() {
  curl --silent --show-error --fail-with-body --max-time 30 --header "Authorization: Bearer ${bearer:-}" \
    --header 'Content-Type: application/json' "http://127.0.0.1:$CRAFTING_PORT$1" "${@:2}"
}

register() {
  local name=$1 test=$2 retry=${3:-[]}
  jq --null-input --arg name "$name" --arg test "$test" --argjson retry "$retry" '{
    name: $name, git_url: "file:///data/check.git",
    subprojects: [{path: ".", language: "shell", test: $test, retry_on: $retry}]
  }' | call /projects --data @- >/dev/null
}

queue() { call "/projects/$1/jobs" --data '{"recipe": "test"}' | jq --raw-output .job_id; }

state_of() { call "/jobs/$1" | jq --raw-output '"\(.job.status) \(.job.reason)"'; }

# The API is away while its database restarts: what fails is asked again.
wait_for() {
  local id=$1 wanted=$2 secs=$3 state=
  local until=$((SECONDS + secs))
  while ((SECONDS < until)); do
    state=$(state_of "$id" 2>/dev/null || true)
    # shellcheck disable=SC2053 # It is a pattern.
    if [[ $state == $wanted ]]; then return; fi
    if [[ $wanted != running* && $state == @(passed|failed|cancelled)* ]]; then break; fi
    sleep 0.3
  done
  call "/jobs/$id" >&2 || true
  call "/jobs/$id/log" >&2 || true
  fail "job $id is \"$state\" and not \"$wanted\""
}

wait_until_begun() {
  local until=$((SECONDS + 60))
  until call "/jobs/$1/log" 2>/dev/null | grep --quiet begun; do
    ((SECONDS < until)) || fail "job $1 does not begin"
    sleep 0.2
  done
}

run_to() {
  local id
  id=$(queue "$1")
  wait_for "$id" "$2" 90
  call "/jobs/$id/log"
}

check_job() {
  register greeter ./greet.sh
  local log
  log=$(run_to greeter 'passed exit')
  echo "   $log"
  [[ $log == 'hello as 1000 in /workspace/'*', true'* ]] || fail "the job said: $log"
}

# smoke.sh asks the image, in an environment of its own making; here a recipe is asked that the farm started.
check_tools() {
  local list stages path log tool stage
  local -a programs=()
  list=$(compose exec -T worker smoke.sh --list)
  stages=$(compose exec -T worker cat /etc/crafting-table/stages)
  path=$(compose exec -T worker smoke.sh --print-environment | sed -n 's/^PATH=//p')
  while read -r _ tool stage; do
    if grep --quiet --line-regexp --fixed-strings "$stage" <<<"$stages"; then programs+=("$(program_of "$tool")"); fi
  done <<<"$list"
  ((${#programs[@]} > 0)) || fail 'smoke.sh lists no tools'
  # shellcheck disable=SC2016
  register tools 'echo "$PATH"; missing=0
    for program in '"${programs[*]}"'; do
      command -v "$program" >/dev/null || { echo "there is no $program"; missing=1; }
    done
    exit $missing'
  log=$(run_to tools 'passed exit')
  [[ $log == "$path" ]] || fail "a recipe's PATH is not the one that smoke.sh looks at: $log"
  echo "   ${#programs[@]} programs"
}

# The program of a tool, which smoke.sh may call otherwise.
# shellcheck disable=SC2016 # The recipe is to say where that is.
program_of() {
  case $1 in
  clippy) echo cargo-clippy ;;
  java-17) echo '${JAVA_HOME_17:?}/bin/java' ;;
  java-21) echo '${JAVA_HOME_21:?}/bin/java' ;;
  lld) echo ld.lld ;;
  *) echo "$1" ;;
  esac
}

check_secrets() {
  local found line
  # The same look with the eyes of the worker: what it finds there is where the recipe looks in vain.
  found=$(compose exec -T worker sh -s <"$repository/spy.sh") && fail 'the worker itself finds nothing where the recipe will look'
  for line in 'there is /run/farm/secrets/postgres-password' 'there is /run/farm/secrets/redis-password' requirepass \
    DATABASE_URL 'there is /data/mirrors/' 'it could get new rights' 'it could signal process 1' \
    'it can write to /workspace' 'it can write to /data/spools' 'it can take away the sign that the worker lives'; do
    [[ $found == *"$line"* ]] || fail "the worker itself does not find: $line"
  done
  register spy ./spy.sh
  run_to spy 'passed exit' | sed 's/^/   /'
}

check_leftovers() {
  register daemons 'setsid sleep 4711 & (setsid env -i sleep 4711 &) ; echo started'
  run_to daemons 'passed exit' >/dev/null
  # shellcheck disable=SC2016
  compose exec -T worker sh -c 'if grep -la "^sleep.4711" /proc/[0-9]*/cmdline; then exit 1; fi' 2>/dev/null ||
    fail 'a process outlived its job'
}

# The second attempt finds what the first one left in the project's cache.
# shellcheck disable=SC2016
readonly PASS_THE_SECOND_TIME='test -e $XDG_CACHE_HOME/again && exit 0
  mkdir -p $XDG_CACHE_HOME && touch $XDG_CACHE_HOME/again; echo begun; sleep 600'

check_killed_worker() {
  register victim 'echo begun; sleep 600'
  register stubborn "$PASS_THE_SECOND_TIME" '["worker_lost"]'
  local lost again id
  id=$(container worker)
  lost=$(queue victim)
  again=$(queue stubborn)
  wait_until_begun "$lost"
  wait_until_begun "$again"
  docker kill "$id" >/dev/null
  # `restart: unless-stopped` does not bring back what was killed by hand.
  compose up --detach --wait --no-deps --wait-timeout 60 worker >/dev/null 2>&1
  wait_for "$lost" 'failed worker_lost' "$LOST_SECS"
  call "/jobs/$lost/log" | grep --quiet --fixed-strings '[crafting-table] runner restart, job orphaned' ||
    fail 'the log of the orphaned job does not say so'
  wait_for "$again" 'passed exit' "$LOST_SECS"
  [[ $(call "/jobs/$again" | jq '.attempts | length') == 2 ]] || fail 'there were not two attempts'
}

check_restarts() {
  local -a jobs=()
  local number
  register load 'sleep 1; echo done'
  for ((number = 0; number < LOAD_JOBS; number++)); do jobs+=("$(queue load)"); done
  wait_for "${jobs[0]}" '@(running|passed)*' 30
  compose restart --timeout 10 redis >/dev/null 2>&1
  compose kill --signal KILL postgres >/dev/null 2>&1
  compose up --detach --wait --no-deps --wait-timeout 60 postgres >/dev/null 2>&1
  for number in "${jobs[@]}"; do wait_for "$number" 'passed exit' 120; done
  call /healthz | jq --exit-status '.sweep.invariant_violations == 0' >/dev/null || fail 'an invariant is broken'
  # Done once each: an attempt that was run twice would be a second one.
  for number in "${jobs[@]}"; do
    [[ $(call "/jobs/$number" | jq '.attempts | length') == 1 ]] || fail "job $number was run more than once"
  done
}

check_drain() {
  register short 'echo begun; sleep 6'
  register long "$PASS_THE_SECOND_TIME"
  local short long worker
  worker=$(container worker)
  long=$(queue long)
  wait_until_begun "$long"
  short=$(queue short)
  wait_until_begun "$short"
  compose stop --timeout 60 worker >/dev/null 2>&1
  expect_good_end worker "$worker"
  [[ $(state_of "$short") == 'passed exit' ]] || fail "the short job is $(state_of "$short")"
  [[ $(attempts_of "$short") == passed ]] || fail "the attempts of the short job are $(attempts_of "$short")"
  [[ $(state_of "$long") == queued* ]] || fail "the long job is $(state_of "$long")"
  [[ $(attempts_of "$long") == returned ]] || fail "the attempts of the long job are $(attempts_of "$long")"
  compose up --detach --wait --no-deps --wait-timeout 60 worker >/dev/null 2>&1
  wait_for "$long" 'passed exit' 60
  [[ $(attempts_of "$long") == 'returned passed' ]] || fail "the attempts of the long job are $(attempts_of "$long")"
}

attempts_of() { call "/jobs/$1" | jq --raw-output '[.attempts[].status] | join(" ")'; }

expect_good_end() {
  local code
  code=$(docker inspect --format '{{.State.ExitCode}}' "$2")
  [[ $code == 0 ]] || fail "$1 was stopped and ended with $code"
}

check_stop() {
  local service said
  local -A ids=()
  for service in postgres redis api worker; do ids[$service]=$(container "$service"); done
  compose stop >/dev/null 2>&1
  for service in "${!ids[@]}"; do expect_good_end "$service" "${ids[$service]}"; done
  # It says so of the server that sets up the volume, too, but not as its last words.
  said=$(docker logs --tail 3 "${ids[postgres]}" 2>&1)
  [[ $said == *'database system is shut down'* ]] || fail "Postgres did not shut down: $said"
}

# As docs/deploy.md says: only the owner of the parent gets to the files on the host, and every user of the containers does in
# them, where the parent is not.
check_own_secrets() {
  local parent=$folder/own name
  install --directory --mode=0700 "$parent"
  install --directory --mode=0755 "$parent/secrets"
  for name in postgres redis; do
    head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$parent/secrets/$name-password"
  done
  chmod 0444 "$parent"/secrets/*-password
  compose down --volumes >/dev/null 2>&1
  export CRAFTING_SECRETS=$parent/secrets
  bring_up
  for name in postgres redis; do
    compose exec -T api cat "/run/farm/secrets/$name-password" | cmp - "$parent/secrets/$name-password" ||
      fail "the password of $name is not the one that was given"
  done
  check_job
}

main "$@"
