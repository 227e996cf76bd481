"""Nothing that a person wrote is overwritten, and no half file ever stands under a name: one module writes, for all."""

import ast
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from config import safe_write
from config.safe_write import ABANDONED, PARTIAL, TakenError
from sheets.writing.seal import is_untouched, sealed
from tests.test_rooms import sources

WRITER = "config/safe_write.py"
PERMITTED = {
    ("sheets/reading/second_try.py", "shutil.copyfileobj"): "a part of that workbook",
    ("sheets/judging/workers.py", "os.open"): "/dev/null",
    ("sheets/register/database.py", "os.open"): "the folder, to lock it",
    ("sheets/register/database.py", "open"): "a lock, which holds nothing but a number",
    ("sheets/register/database.py", "truncate"): "that lock",
    ("sheets/register/reading_only.py", "shutil.copyfile"): "into a temporary folder of its own, to be read there",
    ("sheets/register/backup.py", "shutil.copyfile"): "into a file that is being written",
    ("sheets/register/backup.py", "shutil.copymode"): "a file that is being written gets the register's rights",
    ("sheets/register/backup.py", "rename"): "a damaged register's journal goes aside with it, under a free name",
    ("sheets/register/backup.py", "unlink"): "what a killed copy left, a backup that --garde no longer keeps",
    ("jobs/commands/purge.py", "unlink"): "a dropped file that has had its time, once someone said --yes",
    ("config/folder.py", "shutil.copytree"): "into a temporary folder, to try it",
    ("config/folder.py", "unlink"): "in that copy",
    ("jobs/demo/tour.py", "shutil.rmtree"): "the tour's own folder, once nobody is found to have written in it",
}
"""(file, call) → why it writes nothing under a name that someone may bear."""
WRITES = {
    "write_text", "write_bytes", "save", "savefig", "touch", "rename", "symlink_to", "hardlink_to", "unlink", "mkstemp",
    "NamedTemporaryFile", "truncate",
}  # fmt: skip
OF = {
    "os": {"open", "replace", "rename", "renames", "link", "symlink", "truncate", "remove", "unlink"},
    "shutil": {"copy", "copy2", "copyfile", "copyfileobj", "copymode", "copystat", "copytree", "move", "rmtree"},
}


def writings(source: str) -> Iterator[tuple[int, str]]:
    """(line, call) of everything in a module that puts something on the disk, takes it away, or may."""
    tree = ast.parse(source)
    memory = _in_memory(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not _about(node) & memory and (name := _writes(node)):
            yield node.lineno, name
        if isinstance(node, ast.ImportFrom) and node.module in OF:
            yield node.lineno, f"from {node.module}"  # would hide what is called


def _in_memory(tree: ast.AST) -> set[str]:
    """The names of buffers, and of the zips in them."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and "io.BytesIO()" in ast.unparse(node.value):
            names |= {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.withitem) and isinstance(node.context_expr, ast.Call) and node.optional_vars:
            names |= {ast.unparse(node.optional_vars)} if _about(node.context_expr) & names else set()
    return names


def _about(call: ast.Call) -> set[str]:
    """What a call is made on, and its first argument."""
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    return {owner, ast.unparse(call.args[0]) if call.args else owner}


def _writes(call: ast.Call) -> str:
    full = ast.unparse(call.func)
    owner, _, name = full.rpartition(".")
    if owner in OF:
        return full if name in OF[owner] else ""
    if name in WRITES:
        return name
    if name == "replace" and owner and len(call.args) == 1 and not call.keywords and owner != "safe_write":
        return name  # of a Path: a text's takes two, a date's and a dataclass's take names
    return name if name in ("open", "ZipFile", "TarFile", "fdopen") and _for_writing(call) else ""


def _for_writing(call: ast.Call) -> bool:
    """Whether a file is opened for more than reading, as far as can be seen."""
    said = [a.value for a in [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
            if isinstance(a, ast.Constant) and isinstance(a.value, str)]  # fmt: skip
    return any(re.fullmatch(r"[rbt]*[wax+][rbt+]*", m) for m in said)


def test_one_module_writes_files_and_the_others_ask_it() -> None:
    found = {
        (path, call): line for path, source in sources().items() if path != WRITER for line, call in writings(source)
    }
    assert [f"{path}:{line} {call} : config/safe_write.py writes files" for (path, call), line in found.items()
            if (path, call) not in PERMITTED] == []  # fmt: skip
    assert PERMITTED.keys() - found.keys() == set(), "permitted, and no longer needed"


OFFENCES = [
    "from pathlib import Path\nPath('a').write_bytes(b'')", "open('f', 'w')", "open('f', mode='ab')", "p.open('x')",
    "book.save(path)", "shutil.copyfile(a, b)", "from shutil import move", "os.replace(a, b)", "partial.replace(path)",
    "partial.rename(path)", "zipfile.ZipFile(path, 'w')", "path.touch()", "tempfile.mkstemp()", "path.open('r+b')",
]  # fmt: skip


@pytest.mark.parametrize("source", OFFENCES)
def test_a_writing_is_seen(source: str) -> None:
    assert len(list(writings(source))) == 1


@pytest.mark.parametrize("source", ["text.replace('a', 'b')", "day.replace(day=1)", "open('f', 'rb')", "safe_write.replace(p, b)",
                                    "replace(self)", "open('f', encoding='utf-8')", "path.open('rb')",
                                    "out = io.BytesIO()\nwith ZipFile(out, 'w') as z, z.open('p', 'w') as part: pass"])  # fmt: skip
def test_what_only_reads_is_left_alone(source: str) -> None:
    assert list(writings(source)) == []


def test_a_new_file_is_whole_with_the_rights_of_any_other_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "nouveau" / "trame.xlsx"
    assert safe_write.create(path, b"un")
    (tmp_path / "temoin").write_bytes(b"")
    assert path.read_bytes() == b"un"
    assert path.stat().st_mode == (tmp_path / "temoin").stat().st_mode
    assert [f.name for f in path.parent.iterdir()] == ["trame.xlsx"]
    assert safe_write.create(tmp_path / "secret", b"", private=True)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_what_someone_wrote_is_left_and_what_says_the_same_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "constats.xlsx"
    path.write_bytes(b"decide")
    assert not safe_write.create(path, b"decide")
    with pytest.raises(TakenError, match=r"existe déjà.*Déplacez-le, ou donnez un autre chemin"):
        safe_write.create(path, b"neuf")
    with pytest.raises(TakenError):
        safe_write.create(path, b"neuf", ours=lambda content: content == b"autre")
    assert path.read_bytes() == b"decide"
    assert safe_write.create(path, b"neuf", ours=lambda content: content == b"decide")
    assert path.read_bytes() == b"neuf"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("linked", [True, False])
def test_a_name_taken_in_between_is_seen_by_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool
) -> None:
    path = tmp_path / "trame.xlsx"
    if not linked:  # a share that knows no links
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links")))
    with safe_write.beside(path) as partial:
        partial.write_bytes(b"vide")
        path.write_bytes(b"rempli")
        with pytest.raises(TakenError):
            safe_write.settle(partial, path)
    assert path.read_bytes() == b"rempli"
    path.unlink()
    assert safe_write.create(path, b"vide")
    assert path.read_bytes() == b"vide"


@pytest.mark.parametrize("what", ["folder", "dangling"])
def test_a_folder_or_a_link_of_that_name_is_not_taken_either(tmp_path: Path, what: str) -> None:
    path = tmp_path / "trame.xlsx"
    if what == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "nulle-part")
    with pytest.raises(TakenError):
        safe_write.create(path, b"vide", ours=lambda content: True)


def test_a_replaced_file_keeps_its_rights_and_a_link_goes_on_pointing_at_it(tmp_path: Path) -> None:
    real, link = tmp_path / "vrai.csv", tmp_path / "lien.csv"
    real.write_bytes(b"avant")
    real.chmod(0o640)
    link.symlink_to(real)
    safe_write.replace(link, b"apres")
    assert link.is_symlink()
    assert real.read_bytes() == b"apres"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "synonymes.csv"
    path.write_bytes(b"avant")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        safe_write.replace(path, b"apres")
    assert path.read_bytes() == b"avant"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_said_with_the_name_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_bytes(b"")
    with pytest.raises(OSError) as fault:  # noqa: PT011 - whatever the system calls it
        safe_write.replace(tmp_path / "fichier" / "trame.xlsx", b"")
    assert PARTIAL not in str(fault.value)


def test_what_a_kill_left_is_swept_an_hour_later(tmp_path: Path) -> None:
    old, young = tmp_path / f".a[1].xlsx.dead{PARTIAL}", tmp_path / f".a[1].xlsx.live{PARTIAL}"
    for left in (old, young):
        left.write_bytes(b"")
    os.utime(old, (time.time() - ABANDONED - 60,) * 2)
    safe_write.create(tmp_path / "a[1].xlsx", b"")
    assert not old.exists()
    assert young.exists()


def test_a_seal_is_broken_by_whoever_saves(tmp_path: Path) -> None:
    book = Workbook()
    content = sealed(book)
    assert is_untouched(content)
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    again = load_workbook(path)
    again.save(path)
    assert not is_untouched(path.read_bytes())
    assert not is_untouched(b"PK")
    assert not is_untouched(b"")


WRITER_LOOP = """
import sys
from pathlib import Path
from config import safe_write
path, n = Path(sys.argv[1]), 0
print("ready", flush=True)
while True:
    n += 1
    safe_write.replace(path, bytes([n % 251]) * 300_000)
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "territoire.csv"
    path.write_bytes(b"\x00" * 300_000)
    for wait in range(12):
        with subprocess.Popen([sys.executable, "-c", WRITER_LOOP, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(0.003 * wait)
            writer.send_signal(signal.SIGKILL)
        content = path.read_bytes()
        assert len(content) == 300_000
        assert len(set(content)) == 1
