#!/bin/sh
# The shim for machines without a C compiler: the parent of one service, in POSIX shell (docs/launch-protocol.md).
#
#   sh shim.sh LAUNCH RUN_DIR EXITS_DIR CWD OPEN_FILES PROCESSES CORE_SIZE ADDRESS_SPACE PROGRAM [ARGUMENT...]
#
# Standard output and error are the log files, descriptor 3 is the report pipe, the environment is the program's own.
# Therefore every variable here has a prefix: assigning to an exported one would change the program's environment.
#
# What a shell cannot do: distinguish death by signal N from exit 128+N, or a program that cannot be run from one that
# exits with 126 or 127; hold a lock; keep daemons in its tree; pass on variables whose names are not shell identifiers.

__shim_launch=$1 __shim_run=$2 __shim_exits=$3 __shim_cwd=$4
__shim_files=$5 __shim_processes=$6 __shim_core=$7 __shim_memory=$8 # a number, `unlimited` or empty; sizes in bytes
shift 8

# Caught, not ignored: exec resets caught signals, but a program would inherit ignored ones.
trap : HUP INT QUIT TERM USR1 USR2 ALRM PIPE
# The shell's own messages ("Terminated") must not get into the service's log.
exec </dev/null 8>&1 9>&2 >/dev/null 2>&1

# The tools used here must be found regardless of the program's PATH, which is restored later, as is the umask.
__shim_path=$PATH __shim_umask=$(umask)
PATH=/usr/bin:/bin:/usr/local/bin:$PATH
umask 077

__shim_report() { printf '%s\n' "$1" >&3; }

__shim_refuse() { # STEP ERRNO [LIMIT]; ERRNO is the most likely one
  __shim_report "{\"launch\":\"$__shim_launch\",\"event\":\"refused\",\"step\":\"$1\"${3:+,\"limit\":\"$3\"},\"errno\":$2}"
  exit 0
}

# Written under another name first, so that no reader sees a partial file.
__shim_put() { # DIR NAME TEXT
  printf '%s\n' "$3" >"$1/.$2.$$" && mv -f "$1/.$2.$$" "$1/$2"
}

__shim_put_exit() { # PID CODE SIGNAL EXEC_ERRNO [STEP [LIMIT]]
  __shim_end=$(date +%s%3N) # not every date knows %N
  case $__shim_end in '' | *[!0-9]*) __shim_end=$(date +%s)000 ;; esac
  __shim_put "$__shim_exits" "$__shim_launch" "{\"launch\":\"$__shim_launch\",\"pid\":$1,\"code\":$2,\"signal\":$3,\"core\":0,\"exec_errno\":$4${5:+,\"step\":\"$5\"}${6:+,\"limit\":\"$6\"},\"end\":$__shim_end}"
}

__shim_refuse_program() { # STEP ERRNO [LIMIT]; every claimed launch ends in an exit record
  __shim_put_exit 0 127 null "$2" "$1" ${3-}
  __shim_refuse "$1" "$2" ${3-}
}

# Sets __shim_pid and __shim_start of the calling process, which is not $$ inside ( ).
__shim_identify() {
  if read -r __shim_stat </proc/self/stat; then
    __shim_pid=${__shim_stat%% *}
    __shim_twentieth() { shift 19 && __shim_start=$1; }
    __shim_twentieth ${__shim_stat##*) } # field 22: the fields after the name begin with the third
  else
    __shim_pid=$(exec sh -c 'echo "$PPID"')
    __shim_start=$(LC_ALL=C ps -o lstart= -p "$__shim_pid")
  fi
}

# `ulimit` counts core files in blocks of 512 bytes and memory in KiB, rounded down.
case $__shim_core in *[0-9]) __shim_core=$((__shim_core / 512)) ;; esac
case $__shim_memory in *[0-9]) __shim_memory=$((__shim_memory / 1024)) ;; esac

# Sets the limits; the status identifies the one that cannot be set. Forks nothing, and sets descriptors last: with very
# few of them no redirection works.
__shim_limit() {
  # -u in some shells, -p in others.
  [ -z "$__shim_processes" ] || ulimit -u "$__shim_processes" 2>/dev/null || ulimit -p "$__shim_processes" || return 2
  [ -z "$__shim_core" ] || ulimit -c "$__shim_core" || return 3
  [ -z "$__shim_memory" ] || ulimit -v "$__shim_memory" || return 4
  [ -z "$__shim_files" ] || ulimit -n "$__shim_files" || return 1
}

[ -d "$__shim_run" ] && [ -d "$__shim_exits" ] || __shim_refuse dir 2

# The claim: only one process can create the link.
__shim_identify
__shim_boot=
read -r __shim_boot </proc/sys/kernel/random/boot_id
__shim_put "$__shim_run" .claim "{\"protocol\":1,\"launch\":\"$__shim_launch\",\"owner\":\"shim\",\"shim\":\"sh\",\"pid\":$$,\"start\":\"$__shim_start\",\"boot\":\"$__shim_boot\"}" || __shim_refuse claim 28
ln "$__shim_run/.claim" "$__shim_run/claim"
__shim_status=$?
rm -f "$__shim_run/.claim"
[ "$__shim_status" -eq 0 ] || __shim_refuse claim 17

# Checked in advance; after the fork a shell can only guess.
[ -d "$__shim_cwd" ] || __shim_refuse_program cwd 2
(cd "$__shim_cwd") || __shim_refuse_program cwd 13
[ -z "$__shim_files$__shim_processes$__shim_core$__shim_memory" ] || (__shim_limit)
case $? in
1) __shim_refuse_program limits 1 open_files ;;
2) __shim_refuse_program limits 1 processes ;;
3) __shim_refuse_program limits 1 core_size ;;
4) __shim_refuse_program limits 1 address_space ;;
esac
[ -e "$1" ] || __shim_refuse_program exec 2
[ -f "$1" ] && [ -x "$1" ] || __shim_refuse_program exec 13
# A script: the interpreter in its first line, as the kernel reads it, with any carriage return before the line break.
if read -r __shim_line <"$1"; then
  case $__shim_line in
  '#!'*)
    __shim_line=${__shim_line#??}
    __shim_line=${__shim_line#"${__shim_line%%[! 	]*}"}
    [ -e "${__shim_line%%[ 	]*}" ] || __shim_refuse_program exec 2
    [ -x "${__shim_line%%[ 	]*}" ] || __shim_refuse_program exec 13
    ;;
  esac
fi

# It execs in place, so that the program stays this shell's child; without setsid they share a group.
__shim_setsid=$(command -v setsid)

(
  __shim_identify
  __shim_put "$__shim_run" pid "{\"launch\":\"$__shim_launch\",\"pid\":$__shim_pid,\"start\":\"$__shim_start\"}" || exit 73
  cd "$__shim_cwd" || exit 73
  trap '' PIPE # the launch must not fail if the host is gone
  __shim_report "{\"launch\":\"$__shim_launch\",\"event\":\"launched\",\"pid\":$__shim_pid,\"start\":\"$__shim_start\",\"shim\":$$}"
  trap - PIPE
  PATH=$__shim_path
  umask "$__shim_umask"
  exec >&8 2>&9 3>&- 8>&- 9>&-
  __shim_limit || exit 73
  exec $__shim_setsid "$@"
)
__shim_status=$?
exec 3>&- 8>&- 9>&-

__shim_pid=0
if read -r __shim_record <"$__shim_run/pid"; then
  __shim_record=${__shim_record#*\"pid\":}
  __shim_pid=${__shim_record%%,*}
fi
# 128+N is nearly always a death by signal N; above 192 there is no signal.
if [ "$__shim_status" -gt 128 ] && [ "$__shim_status" -le 192 ]; then
  __shim_put_exit "$__shim_pid" null $((__shim_status - 128)) 0
else
  __shim_put_exit "$__shim_pid" "$__shim_status" null 0
fi
