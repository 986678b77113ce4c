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
if [ -n "$rights" ] && "$raise" --inh-caps="$rights" --ambient-caps="$rights" true 2>/dev/null; then
  exec "$raise" --inh-caps="$rights" --ambient-caps="$rights" "$@"
fi
exec "$@"
