# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # variables of common.sh and of the scripts that source this
# How a launch script stays beside its job: Ctrl-C and TERM become a request to save, what can hang is bounded, and the
# last lines say how the job ended and how to go on. Sourced behind common.sh; mpirun and srun hand USR1 on to every rank.

saved_on_request=85
# A rank that is asked before it listens would die by the signal: a request waits until the job is so old.
listening_seconds=2

# The commands that save on request and go on where they stood; others are ended at once. Call choose_command before.
find_whether_it_saves() {
    saves=no
    if [[ ${job[0]} == train || ${job[0]} == cross-validate ]]; then saves=yes; fi
}

# tell SENTENCE: a line of the script's own about the job.
tell() { printf '%s: %s\n' "${script_name:-${0##*/}}" "$1" >&2; }

# beside COMMAND…: runs it in the background, in a process group of its own that stop_helpers ends.
helpers=()
beside() {
    set -m
    "$@" &
    helpers+=("$!")
    disown "$!"
    set +m
}

stop_helpers() {
    local helper
    for helper in "${helpers[@]}"; do kill -TERM -- "-$helper" 2>/dev/null || true; done
    helpers=()
}

# ask_to_save: hands USR1 on until the job has ended; a launcher that still starts its ranks loses one.
ask_to_save() {
    local left=$((listening_seconds - (SECONDS - started)))
    if ((left > 0)); then sleep "$left"; fi
    while kill -USR1 "$process" 2>/dev/null; do sleep 10; done
}

# end_by_force SECONDS: ends the launcher if it is still there after so long; its ranks end with it.
end_by_force() {
    sleep "$1"
    if kill -0 "$process" 2>/dev/null; then
        tell "the job did not end in $1 s, and is ended by force"
        kill -ALRM $$
    fi
}

# remember_words WORDS…: what starts the job again, as it was called; it then goes on where the job stood, and so starts
# nothing afresh.
remember_words() {
    go_on=()
    while (($#)); do
        case $1 in
            --overwrite_output_dir) if (($# > 1)); then shift; fi ;;
            --overwrite_output_dir=*) ;;
            *) go_on+=("$1") ;;
        esac
        shift
    done
    if [[ " ${go_on[*]} " != *" --resume_from_checkpoint"* ]]; then go_on+=(--resume_from_checkpoint auto); fi
}

# hear SIGNAL: what a trap does. The first request saves, the second ends the job, the third does so by force.
hear() {
    heard=yes last_signal=$1
    if [[ $1 == USR1 && $saves == no ]]; then
        tell "${job[0]} has nothing to save: it goes on"
    elif [[ $saves == yes && $asked == 0 ]]; then
        asked=1
        tell "asked to stop ($1): the ranks finish their step, save and leave; once more ends them at once, unsaved"
        if [[ -n $process ]]; then beside ask_to_save; fi
    elif [[ $1 == USR1 ]]; then
        return
    elif ((asked < 2)); then
        asked=2
        if [[ $saves == yes ]]; then tell "asked again ($1): ends at once; what came after the last checkpoint is lost"; fi
        if [[ -n $process ]]; then end_now; fi
    else
        kill -KILL "$process" 2>/dev/null || true
    fi
}

end_now() {
    kill -TERM "$process" 2>/dev/null || true
    beside end_by_force 10
}

# children PROCESS: those of its child processes that have not ended; fails where the system does not tell.
children() {
    local file child state
    for file in "/proc/$1/task"/*/children; do
        [[ -r $file ]] || return 1
        for child in $(<"$file"); do
            state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$child/status" 2>/dev/null) || continue
            if [[ -n $state && $state != Z* ]]; then printf '%s ' "$child"; fi
        done
    done
}

# bound_its_end: a launcher whose ranks are gone and which does not end within 15 s never will, nor one without any in
# 45 s: Open MPI can hang so after a rank died while it joined the job.
bound_its_end() {
    local found limit=15 alone=0
    while sleep 3; do
        found=$(children "$process") || return
        if [[ -n $found ]]; then
            limit=5 alone=0
        elif ((++alone >= limit)); then
            if kill -0 "$process" 2>/dev/null; then
                tell "the launcher has no process and did not end in $((3 * limit)) s: it is ended by force"
                kill -ALRM $$
            fi
            return
        fi
    done
}

# memory_file V2 V1: the file of this control group's memory controller by its name in either version, where it can be
# read.
memory_file() {
    local line group path file
    while IFS= read -r line; do
        group=${line#*:} path=${line##*:}
        case ${group%%:*} in
            '') file=/sys/fs/cgroup$path/$1 ;;
            *memory*) file=/sys/fs/cgroup/memory$path/$2 ;;
            *) continue ;;
        esac
        # A container does not see the path: its own group is the root then.
        if [[ ! -r $file ]]; then file=${file/"$path/"//}; fi
        if [[ -r $file ]]; then say "$file"; fi
    done </proc/self/cgroup
}

# memory_kills: how many processes the kernel has ended so far in this control group for want of memory.
memory_kills() {
    local file number total=0
    for file in $(memory_file memory.events memory.oom_control); do
        number=$(sed -n 's/^oom_kill //p' "$file")
        total=$((total + ${number:-0}))
    done
    say "$total"
}

# memory_limit: the limit of this control group in MiB, if it has one.
memory_limit() {
    local file bytes
    for file in $(memory_file memory.max memory.limit_in_bytes); do
        bytes=$(<"$file")
        if [[ $bytes =~ ^[0-9]+$ ]] && ((bytes < 1 << 60)); then say "$((bytes >> 20)) MiB" && return; fi
    done
}

# explain_end CODE: one sentence about a job that did not end by itself, and the command that goes on.
explain_end() {
    local code=$1 reason='' limit
    case $code in
        0) return ;;
        "$saved_on_request") reason="saved on request" ;;
        75) reason="a rank stalled (code 75)" ;;
        71) reason="the memory did not suffice (code 71)" ;;
        205 | 206 | 213) reason="a host was lost (code $code)" ;;
        13[0-9] | 14[0-9] | 15[0-9]) reason="a rank or the launcher ended by signal $((code - 128)) (code $code)" ;;
        *) if ((asked < 2)); then return; fi ;;
    esac
    if [[ $forced == yes ]]; then
        reason="ended by force (code $code)"
    elif ((asked > 1)); then
        reason="ended at once, as asked (code $code)"
    elif ((code == 137)); then
        if (($(memory_kills) > kills_before)); then
            limit=$(memory_limit)
            reason="the kernel killed a rank because the memory limit of this control group${limit:+, $limit,} was reached"
        else
            reason+=", most likely by the memory limit of its control group or host"
        fi
    fi
    if [[ $code == 71 || $code == 137 ]] && ((asked < 2)) && [[ $forced == no ]]; then
        reason+="; lower per_device_train_batch_size or max_seq_length, or set gradient_checkpointing, bf16 or zero_stage: 1"
    fi
    tell "$reason"
    if [[ $saves == yes ]]; then tell "go on from the newest checkpoint, if there is one: $(quoted "${go_on[@]}")"; fi
}

# run_job COMMAND…: runs the launcher's command, stands beside it, and ends with its code. Standard input is closed:
# mpirun would wait for it under a batch system. Call choose_command and remember_words before. With
# keeps_running=yes it sets `code` and `last_signal` and returns, for a script that has something left to do.
run_job() {
    if [[ $dry_run == yes ]]; then
        say "$(quoted "$@") </dev/null"
        return
    fi
    find_whether_it_saves
    heard=no asked=0 forced=no last_signal='' started=$SECONDS kills_before=$(memory_kills) process=
    # The traps come first: without one, an early signal would end this script and leave the ranks alone.
    local name again
    for name in INT TERM HUP USR1; do
        # shellcheck disable=SC2064  # the name of now is meant
        trap "hear $name" "$name"
    done
    # By a helper, when the launcher hangs.
    trap 'heard=yes forced=yes; kill -KILL "$process" 2>/dev/null || true' ALRM
    printf '+ %s\n' "$(quoted "$@") </dev/null" >&2
    # In a process group of its own, so that a terminal's Ctrl-C reaches this script alone.
    set -m
    "$@" </dev/null &
    process=$!
    set +m
    case $asked in
        0) ;;
        1) beside ask_to_save ;;
        *) end_now ;;
    esac
    beside bound_its_end
    code=0
    wait "$process" || code=$?
    # A signal ends `wait` early: wait again for the job itself. 127 says that its code was fetched already.
    while [[ $heard == yes ]]; do
        heard=no
        again=0
        wait "$process" || again=$?
        ((again == 127)) || code=$again
    done
    stop_helpers
    trap - INT TERM HUP USR1 ALRM
    if [[ ${keeps_running:-no} == yes ]]; then return; fi
    explain_end "$code"
    exit "$code"
}
