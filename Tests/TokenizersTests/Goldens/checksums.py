# Rewrites SHA256SUMS: every file of this folder that is no program.
import hashlib
import pathlib

HERE = pathlib.Path(__file__).parent


def write():
    with open(HERE / "SHA256SUMS", "w") as file:
        for path in sorted(HERE.rglob("*")):
            name = path.relative_to(HERE).as_posix()
            if path.is_file() and name != "SHA256SUMS" and path.suffix != ".py" and "__pycache__" not in name:
                file.write(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n")
