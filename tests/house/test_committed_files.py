"""What must not be committed is named before it is: large files and private keys."""

from pathlib import Path

from scripts.check_files import LARGEST, problems


def test_a_large_file_and_a_private_key_are_named_and_all_else_passes(tmp_path):
    fine, large, key, pgp = (tmp_path / name for name in ("fine.py", "large.csv", "id_rsa", "pgp.asc"))
    fine.write_text("print('a key to the house')")
    large.write_bytes(b"x" * (LARGEST + 1))
    key.write_text("-----BEGIN OPENSSH PRIVATE " + "KEY-----\nb3Bl")
    pgp.write_text("-----BEGIN PGP PRIVATE " + "KEY BLOCK-----")
    found = list(problems([fine, large, key, pgp, tmp_path, Path("gone")]))
    assert [line.split(":")[0] for line in found] == [str(large), str(key), str(pgp)]
    assert "most" in found[0]
    assert "private key" in found[1]
