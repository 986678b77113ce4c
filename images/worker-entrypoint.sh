#!/bin/sh
# Gives the worker what it needs to run recipes as another user: the rights that the container was left, as ambient ones,
# which a process keeps although it is not root. A recipe starts without any of them. Where the container has none of them
# (--cap-drop ALL, no-new-privileges) the command starts as it is, and a worker then says what is missing.
set -eu

# The numbers of capabilities(7). SYS_ADMIN is for the strongest containment, and only there when somebody allowed it.
wanted='chown:0 dac_override:1 fowner:3 kill:5 setgid:6 setuid:7 sys_admin:21'
bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
# Half of it is enough, and the whole is too long for the arithmetic of a shell with 32 bits.
low=${bounding#????????}

rights=
for right in $wanted; do
  if [ $(((0x$low >> ${right#*:}) & 1)) -eq 1 ]; then rights=$rights,+${right%:*}; fi
done
rights=${rights#,}

# This copy of setpriv may take the rights up; only the worker's group can start it.
raise=/usr/local/libexec/crafting-table/setpriv
with_rights() { "$raise" --inh-caps="$rights" --ambient-caps="$rights" "$@"; }

# What the root of a volume is like is the engine's choice, and Kubernetes lets everybody write to some: there a recipe could
# put something of its own in the place of a workspace, or of another user's file in /tmp.
put_right() {
  folder=$1 owner=$2 mode=$3
  if [ ! -d "$folder" ] || [ "$(stat --format=%u:%g:%a "$folder")" = "$owner:$mode" ]; then return; fi
  # The zeros take off a set-group-id bit, too.
  with_rights chown "$owner" "$folder" && with_rights chmod "00$mode" "$folder"
}

if [ -z "$rights" ] || ! with_rights true 2>/dev/null; then exec "$@"; fi
case $rights in
*chown*fowner*)
  me=$(id -u):$(id -g)
  for folder in "${CRAFTING_DATA_DIR:-}" "${CRAFTING_WORKSPACE_DIR:-}" "${CRAFTING_CACHE_DIR:-}"; do
    put_right "$folder" "$me" 711
  done
  put_right "${TMPDIR:-/tmp}" 0:0 1777
  # Where it stays somebody else's, only nix does not work.
  put_right /nix "${CRAFTING_RECIPE_USER:-$me}" 755 2>/dev/null || true
  ;;
esac
exec "$raise" --inh-caps="$rights" --ambient-caps="$rights" "$@"
