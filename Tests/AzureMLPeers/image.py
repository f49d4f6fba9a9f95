"""Carries out the Dockerfile of an export for Azure Machine Learning where no container engine runs: each stage is a folder
made by debootstrap, each RUN a chroot into it.

    python image.py ENVIRONMENT SCRATCH [BASE]

ENVIRONMENT has the Dockerfile and its context; SCRATCH gets a folder a stage; BASE is a folder of debootstrap's
(minbase, bookworm) that is copied, made if it is not given. Needs root. Exit code 0: every step ran, the program starts and
there is no Python; 1: not so; 2: debootstrap is missing.
"""
import pathlib
import shlex
import shutil
import subprocess
import sys

MIRROR = "http://deb.debian.org/debian"


def instructions(path):
    text = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("#"))
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), rest.strip()


def copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def enter(root, command, **options):
    """Runs a shell command in a stage with /proc, as a container engine does: there $ORIGIN of a linked program is found."""
    inner = f'mount -t proc proc "{root}/proc" && exec chroot "{root}" /bin/sh -c "$0"'
    return subprocess.run(["unshare", "-m", "/bin/sh", "-c", inner, command],
                          env={"PATH": "/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin", "DEBIAN_FRONTEND": "noninteractive"},
                          **options)


def build(context, scratch, base):
    """Runs all instructions; the last stage's folder, its variables and its command."""
    stages, root, variables, command = {}, None, {}, None
    for word, rest in instructions(context / "Dockerfile"):
        print(f"{word} {rest}", flush=True)
        if word == "FROM":
            words = rest.split()
            assert words[0] == "debian:bookworm-slim", words
            root = scratch / (words[2] if len(words) == 3 else "final")
            subprocess.run(["cp", "-a", str(base), str(root)], check=True)
            shutil.copy2("/etc/resolv.conf", root / "etc/resolv.conf")
            stages[root.name], variables = root, {}
        elif word == "COPY":
            words = rest.split()
            origin = context
            if words[0].startswith("--from="):
                origin = stages[words.pop(0).removeprefix("--from=")]
            copy(origin / words[0].lstrip("/"), root / words[1].lstrip("/"))
        elif word == "RUN":
            enter(root, rest, check=True)
        elif word == "ENV":
            variables.update(part.split("=", 1) for part in shlex.split(rest))
        elif word == "CMD":
            command = rest
        else:
            assert word == "EXPOSE", word
    return root, variables, command


def main():
    context, scratch = map(pathlib.Path, sys.argv[1:3])
    if shutil.which("debootstrap") is None:
        print("debootstrap is missing: apt-get install debootstrap", file=sys.stderr)
        return 2
    base = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else scratch / "base"
    if not base.exists():
        subprocess.run(["debootstrap", "--variant=minbase", "bookworm", str(base), MIRROR], check=True)
    root, variables, command = build(context, scratch, base)
    version = enter(root, "lockstep --version", capture_output=True, text=True)
    pythons = [str(path) for path in root.glob("usr/**/python3*") if path.is_file() and path.stat().st_mode & 0o111]
    size = int(subprocess.run(["du", "-s", "-B1", str(root)], capture_output=True, text=True, check=True).stdout.split()[0])
    plain = int(subprocess.run(["du", "-s", "-B1", str(base)], capture_output=True, text=True, check=True).stdout.split()[0])
    print(f"lockstep {version.stdout.strip()}; {size / 1e6:.0f} MB, of which {(size - plain) / 1e6:.0f} MB above Debian")
    print(f"variables {variables}, command {command}; Python: {pythons or 'none'}")
    return 0 if version.returncode == 0 and not pythons and command else 1


if __name__ == "__main__":
    sys.exit(main())
