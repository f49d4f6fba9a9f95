#!/usr/bin/env bash
# Runs the scenarios of the data-parallel layer on MPICH, and on Intel MPI if asked: the shim over MPI is compiled anew
# against MPICH's header, and the objects of the release build are linked with it. Nothing is installed.
#
#   Tests/mpich.sh [--intel FOLDER]
#
#   --intel FOLDER  a Python environment into which `pip install impi-rt` has put Intel MPI: run the same program on it
#   --help          this text
#
# Needs a release build (swift build -c release --product rank-scenarios), clang, and apt to download from.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../launch/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../launch/common.sh"

intel=
while (($#)); do
    case $1 in
        --help) print_help && exit ;;
        --intel)
            (($# > 1)) || usage_error "$1 needs a value."
            intel=$(cd "$2" && pwd)
            shift
            ;;
        *) usage_error "Unknown argument '$1'." ;;
    esac
    shift
done
build=$root/.build/release
[[ -r $build/rank-scenarios.product/Objects.LinkFileList ]] ||
    fail "There is no release build. Run: swift build -c release --product rank-scenarios"

work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-mpich.XXXXXX")
trap 'rm -rf "$work"' EXIT
tree=$work/tree/usr

# fetch_mpich: Debian's packages of MPICH and of what its mpirun links, unpacked below `tree`.
fetch_mpich() {
    local package
    (cd "$work" && apt-get download libmpich-dev libmpich12 mpich libslurm38 libucx0 2>/dev/null >&2) ||
        fail "apt-get could not download MPICH."
    for package in "$work"/*.deb; do dpkg -x "$package" "$work/tree"; done
    libraries=$(dirname "$(find "$tree/lib" -name libmpich.so.12)")
    header=$(dirname "$(find "$tree/include" -name mpi.h)")
}

# link_scenarios: sets `program` to rank-scenarios with the shim of MPICH.
link_scenarios() {
    program=$work/rank-scenarios
    clang -std=gnu11 -O2 -Wall -Wextra -Werror -I "$root/Sources/Engine/CMPI/include" -I "$header" \
        -c "$root/Sources/Engine/CMPI/cmpi.c" -o "$work/cmpi.o"
    tr ' ' '\n' <"$build/rank-scenarios.product/Objects.LinkFileList" |
        grep -v '/CMPI\.build/cmpi\.c\.o' >"$work/objects"
    swiftc -o "$program" "@$work/objects" "$work/cmpi.o" -ldnnl -lz "$libraries/libmpich.so.12" \
        -Xlinker --defsym=main=rank_scenarios_main
}

# run_scenarios NAME MPIRUN…: every scenario that has closed-form answers, on 1 to 4 ranks.
run_scenarios() {
    local name=$1 ranks scenario ok
    shift
    for ranks in 1 2 3 4; do
        for scenario in communicator world reductions broadcast gather reducer channels arenas shards; do
            "$@" -n "$ranks" "$program" "$scenario" </dev/null >"$work/out" 2>&1 ||
                fail "$name, $ranks ranks, $scenario: $(tail -n 5 "$work/out")"
            ok=$(grep -c '^ok rank' "$work/out" || true)
            [[ $scenario == communicator ]] || ((ok == ranks)) ||
                fail "$name, $ranks ranks, $scenario: $ok answers"
        done
    done
    say "$name: all scenarios on 1 to 4 ranks"
}

# expect_refusal NAME COMMAND…: a program of one library under the mpirun of another must say so, and not run as so
# many jobs of one rank.
expect_refusal() {
    local name=$1
    shift
    if "$@" </dev/null >"$work/out" 2>&1; then fail "$name: ran as jobs of one rank"; fi
    grep -q 'Start the job with .* or with mpirun of the same MPI library' "$work/out" ||
        fail "$name: $(tail -n 5 "$work/out")"
    say "$name: refused"
}

fetch_mpich
link_scenarios
mpich=(env "LD_LIBRARY_PATH=$libraries" "$tree/bin/mpiexec.hydra")
run_scenarios MPICH "${mpich[@]}"
expect_refusal "Open MPI's program under MPICH's mpirun" "${mpich[@]}" -n 2 "$build/rank-scenarios" world
permit_root
expect_refusal "MPICH's program under Open MPI's mpirun" env "LD_LIBRARY_PATH=$libraries" \
    mpirun --oversubscribe -np 2 "$program" world
if [[ -n $intel ]]; then
    # Intel MPI has MPICH's binary interface under another name.
    mkdir "$work/intel"
    ln -s "$intel/lib/libmpi.so.12" "$work/intel/libmpich.so.12"
    run_scenarios "Intel MPI" env "LD_LIBRARY_PATH=$work/intel:$intel/lib" "I_MPI_ROOT=$intel" I_MPI_FABRICS=shm \
        "$intel/bin/mpiexec.hydra"
    expect_refusal "Open MPI's program under Intel's mpirun" env "LD_LIBRARY_PATH=$intel/lib" "I_MPI_ROOT=$intel" \
        I_MPI_FABRICS=shm "$intel/bin/mpiexec.hydra" -n 2 "$build/rank-scenarios" world
fi
