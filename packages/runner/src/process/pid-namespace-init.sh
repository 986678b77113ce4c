# Process 1 of a recipe's PID namespace:
#   sh pid-namespace-init.sh <file> <argument>...
# The recipe's shell is a child of it, never process 1 itself: the kernel hides from process 1 every signal it has no
# handler for, and whoever is process 1 must reap orphans, which a shell does while it waits. The command runs in the
# foreground because a shell makes background commands ignore INT and QUIT for good. Variables are set only after the
# command, which would otherwise see them change.
echo started >&3
# The shell's own remarks ("Killed") are not the recipe's output.
exec 3>&2 2>/dev/null
trap 'set --' TERM
(exec "$@" 2>&3 3>&-)
status=$?
# Not asked to end: the kernel kills the rest of the namespace with this process.
[ $# -gt 0 ] && exit $status
# Asked to end: the others may tidy up until they are gone, or until the worker kills this process after the grace.
exec 3>&-
while kill -0 -1; do command -p sleep 0.02; done
exit $status
