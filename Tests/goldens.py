"""What generators of golden files share: pinned versions, checksums, and --check, which compares instead of writing.

A generator ends with `goldens.main(__file__, generate, PINNED)`; `generate` makes all files in the folder that it is given.
"""
import argparse
import filecmp
import hashlib
import importlib
import importlib.metadata
import os
import shutil
import tempfile

SUMS = "SHA256SUMS"


def files(root):
    """The golden files below `root`, sorted: all but checksums and programs."""
    found = (os.path.relpath(os.path.join(folder, name), root)
             for folder, _, names in os.walk(root) for name in names)
    return sorted(path for path in found
                  if path not in (SUMS, "manifest.json") and not path.endswith((".py", ".pyc")))


def digests(root):
    """The SHA-256 of each golden file below `root`."""
    found = {}
    for path in files(root):
        with open(os.path.join(root, path), "rb") as file:
            found[path] = hashlib.sha256(file.read()).hexdigest()
    return found


def write_sums(root):
    """Writes the checksums as sha256sum does, and returns the name of their file."""
    with open(os.path.join(root, SUMS), "w") as sums:
        sums.writelines(f"{digest}  {path}\n" for path, digest in digests(root).items())
    return SUMS


def require(pinned):
    """Ends the program unless exactly these versions of these modules are installed."""
    found = {}
    for name in pinned:
        version = getattr(importlib.import_module(name), "__version__", None) or importlib.metadata.version(name)
        found[name] = version.split("+")[0]
    if found != pinned:
        raise SystemExit(f"generate.py needs {pinned}, found {found}: install those versions")
    if "torch" in pinned:
        import torch
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)


def main(script, generate, pinned, write_sums=write_sums):
    """Makes the files anew beside `script`, in place of all folders there; with --check compares every byte."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare fresh files with those here")
    check = parser.parse_args().check
    require(pinned)
    here = os.path.dirname(os.path.abspath(script))
    with tempfile.TemporaryDirectory() as fresh:
        generate(fresh)
        names = files(fresh) + [write_sums(fresh)]
        if check:
            different = [n for n in names if not os.path.exists(os.path.join(here, n))
                         or not filecmp.cmp(os.path.join(fresh, n), os.path.join(here, n), shallow=False)]
            different += sorted(set(files(here)) - set(names))
            raise SystemExit(f"different: {different}" if different else 0)
        for name in os.listdir(here):
            if os.path.isdir(os.path.join(here, name)):
                shutil.rmtree(os.path.join(here, name))
        shutil.copytree(fresh, here, symlinks=True, dirs_exist_ok=True)
