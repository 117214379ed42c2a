#!/bin/sh
# execs.sh exec|fork COMMAND ...: a wrapper that becomes COMMAND (same process id), or starts it as a child and waits.
how=$1
shift
case $how in
exec) exec "$@" ;;
fork) "$@" || exit $? ;;
*) exit 64 ;;
esac
